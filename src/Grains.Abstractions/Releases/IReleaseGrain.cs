using System.Collections.Immutable;
using Orleans.Concurrency;

namespace Progeny.Abstractions.Releases;

/// <summary>A release and the counter of its generations. Key: <c>project@release</c>.</summary>
/// <remarks>What only reads never waits: a release asks its generations, which ask their release.</remarks>
[Alias("progeny.release")]
public interface IReleaseGrain : IGrainWithStringKey
{
    /// <summary>The release, or null where it was never published.</summary>
    [Alias("get"), AlwaysInterleave]
    Task<ReleaseInfo?> Get();

    /// <summary>What a silo needs to serve a generation of the release; null where the release was never published.</summary>
    [Alias("get-blueprint"), AlwaysInterleave]
    Task<GenerationBlueprint?> GetBlueprint(GenerationInfo generation);

    /// <summary>Stores the release; storing the same again is no error.</summary>
    [Alias("register")]
    Task Register(ReleaseInfo release);

    /// <summary>Makes the next generation of what a job trained. A job that commits again gets the generation it got before.</summary>
    [Alias("commit")]
    Task<GenerationInfo> Commit(GenerationDraft draft);

    /// <summary>The generation that was made last; null: none was.</summary>
    [Alias("get-newest")]
    Task<GenerationInfo?> GetNewest();

    /// <summary>The generations, oldest first.</summary>
    [Alias("list-generations"), AlwaysInterleave]
    Task<ImmutableArray<GenerationInfo>> ListGenerations();
}
