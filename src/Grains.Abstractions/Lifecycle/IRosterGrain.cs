using System.Collections.Immutable;

namespace Progeny.Abstractions.Lifecycle;

/// <summary>The list of active projects. Key: <c>roster</c>.</summary>
[Alias("progeny.roster")]
public interface IRosterGrain : IGrainWithStringKey
{
    /// <summary>The only key.</summary>
    const string Key = "roster";

    /// <summary>The names of the active projects, in ordinal order.</summary>
    [Alias("list")]
    Task<ImmutableArray<string>> List();

    /// <summary>Puts a project on the roster; one that is there already stays.</summary>
    [Alias("add")]
    Task Add(string project);

    /// <summary>Takes a project off the roster; one that is not there stays away.</summary>
    [Alias("remove")]
    Task Remove(string project);
}
