using System.Collections.Immutable;
using Progeny.Abstractions.Lifecycle;
using Progeny.Grains.Registry;

namespace Progeny.Grains.Lifecycle;

/// <inheritdoc cref="IRosterGrain"/>
internal sealed class RosterGrain([PersistentState("roster", StorageNames.Grains)] IPersistentState<RosterState> storage) : Grain, IRosterGrain
{
    public Task<ImmutableArray<string>> List() => Task.FromResult<ImmutableArray<string>>([.. storage.State.Projects]);

    public Task Add(string project)
    {
        // A set read back from storage sorts as the culture does; names sort by their bytes.
        var projects = storage.State.Projects.WithComparer(StringComparer.Ordinal).Add(project);
        return projects.Count == storage.State.Projects.Count
            ? Task.CompletedTask
            : storage.SaveAsync(storage.State with { Projects = projects });
    }

    public Task Remove(string project)
    {
        var projects = storage.State.Projects.WithComparer(StringComparer.Ordinal).Remove(project);
        return projects.Count == storage.State.Projects.Count
            ? Task.CompletedTask
            : storage.SaveAsync(storage.State with { Projects = projects });
    }
}
