using System.Collections.Immutable;
using Progeny.Abstractions.Projects;
using Progeny.Abstractions.Rollouts;
using Progeny.Grains.Common;

namespace Progeny.Grains.Projects;

/// <inheritdoc cref="IRosterGrain"/>
internal sealed class RosterGrain([PersistentState("roster", StorageNames.Grains)] IPersistentState<RosterState> storage)
    : Grain, IRosterGrain
{
    // Changes of plans are counted in memory: another activation has another epoch, and who asks it then reads all plans once.
    private readonly Guid epoch = Guid.NewGuid();
    private readonly Dictionary<string, long> planChanges = new(StringComparer.Ordinal);
    private long changes;

    public Task<ImmutableArray<string>> List() => Task.FromResult<ImmutableArray<string>>([.. storage.State.Projects]);

    public Task Add(string project)
    {
        // A set read back from storage sorts as the culture does; names sort by their bytes.
        var projects = storage.State.Projects.WithComparer(StringComparer.Ordinal).Add(project);
        return projects.Count == storage.State.Projects.Count
            ? Task.CompletedTask
            : storage.SaveAsync(storage.State with { Projects = projects });
    }

    public Task PlanChanged(string project)
    {
        planChanges[project] = ++changes;
        return Task.CompletedTask;
    }

    public Task<PlanChanges> ListPlanChanges(PlanMark? known)
    {
        var all = known?.Epoch != epoch;
        return Task.FromResult(new PlanChanges
        {
            Mark = known is { Count: var count } && !all && count == changes ? known : new PlanMark(epoch, changes),
            All = all,
            Projects = all || known!.Count == changes
                ? []
                : [.. planChanges.Where(change => change.Value > known.Count).Select(change => change.Key)],
        });
    }

    public Task Remove(string project)
    {
        var projects = storage.State.Projects.WithComparer(StringComparer.Ordinal).Remove(project);
        return projects.Count == storage.State.Projects.Count
            ? Task.CompletedTask
            : storage.SaveAsync(storage.State with { Projects = projects });
    }
}
