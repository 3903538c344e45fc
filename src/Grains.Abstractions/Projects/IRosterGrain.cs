using System.Collections.Immutable;
using Progeny.Abstractions.Rollouts;

namespace Progeny.Abstractions.Projects;

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

    /// <summary>The plan of a project has changed.</summary>
    [Alias("plan-changed")]
    Task PlanChanged(string project);

    /// <summary>Which plans have changed: one question for all projects, however many there are.</summary>
    /// <param name="known">How far the answer before went; null: there was none.</param>
    [Alias("list-plan-changes")]
    Task<PlanChanges> ListPlanChanges(PlanMark? known);

    /// <summary>Takes a project off the roster; one that is not there stays away.</summary>
    [Alias("remove")]
    Task Remove(string project);
}
