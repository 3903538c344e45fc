using System.Globalization;
using Progeny.Core.Security;
using Progeny.Core.Tracking;
using Progeny.Core.Tracking.Models;
using Progeny.Core.Tracking.Runs;
using Progeny.Core.Tracking.Traces;

namespace Progeny.Gateway.Tracking;

/// <summary>
/// Which experiments and registered models a caller may use: those of the name of a project belong to that project, and all others to
/// callers that may use every project. What is foreign is answered as if it were not there.
/// </summary>
internal sealed class TrackingAccess(IExperimentStore experiments, IRunStore runs, ILoggedModelStore models, ITraceStore traces)
{
    /// <summary>The only names that a caller may read; null: all.</summary>
    public static IReadOnlyCollection<string>? Visible(Caller caller) => caller.Access.Allows(Permissions.Read, null)
        ? null
        : [.. caller.Access.Entries.Select(entry => entry.Project).Distinct(StringComparer.Ordinal)
            .Where(project => caller.Access.Allows(Permissions.Read, project))];

    /// <summary>Refuses a name of an experiment or a registered model.</summary>
    /// <param name="missing">The error of one that is not there.</param>
    /// <exception cref="TrackingException">The caller may not do this with it.</exception>
    public static void CheckName(Caller caller, Permissions permissions, string name, TrackingException? missing)
    {
        if (caller.Access.Allows(permissions, name))
            return;
        if (missing is not null && !caller.Access.Sees(name))
            throw missing;
        throw new TrackingException(
            TrackingError.PermissionDenied,
            $"'{caller.Name}' may not do this with '{name}': it takes {string.Join(" and ", AccessNames.Needed(permissions))}.");
    }

    /// <summary>Refuses an experiment by its id.</summary>
    /// <exception cref="TrackingException">The caller may not do this with it.</exception>
    public async Task CheckExperimentAsync(TrackingCall call, Permissions permissions, long id)
    {
        if (call.Caller.Access.Allows(permissions, null))
            return;
        var missing = TrackingException.NoExperiment(id.ToString(CultureInfo.InvariantCulture));
        var found = await experiments.FindAsync(id, call.Aborted) ?? throw missing;
        CheckName(call.Caller, permissions, found.Name, missing);
    }

    /// <summary>Refuses a run by its experiment.</summary>
    /// <inheritdoc cref="CheckExperimentAsync"/>
    public Task CheckRunAsync(TrackingCall call, Permissions permissions, string runId) => CheckAsync(
        call, permissions, TrackingException.NoRun(runId), async () => await runs.FindExperimentAsync(runId, call.Aborted));

    /// <summary>Refuses a logged model by its experiment.</summary>
    /// <inheritdoc cref="CheckExperimentAsync"/>
    public Task CheckModelAsync(TrackingCall call, Permissions permissions, string modelId) => CheckAsync(
        call,
        permissions,
        TrackingException.NoLoggedModel(modelId),
        async () => await models.FindAsync(modelId, call.Aborted) is { } model
            ? long.Parse(model.Info.ExperimentId, CultureInfo.InvariantCulture)
            : null);

    /// <summary>Refuses a trace by its experiment.</summary>
    /// <inheritdoc cref="CheckExperimentAsync"/>
    public Task CheckTraceAsync(TrackingCall call, Permissions permissions, string traceId) => CheckAsync(
        call,
        permissions,
        TrackingException.NoTrace(traceId),
        async () => (await traces.FindAsync(traceId, call.Aborted))?.Experiment);

    /// <summary>Refuses an artifact by the experiment whose number its path begins with.</summary>
    /// <inheritdoc cref="CheckExperimentAsync"/>
    public Task CheckArtifactAsync(TrackingCall call, Permissions permissions, string path) => CheckAsync(
        call,
        permissions,
        TrackingException.Missing($"There is no artifact '{path}'."),
        () => Task.FromResult<long?>(
            long.TryParse(path.Split('/')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null));

    /// <summary>Those of the experiments that a caller may read.</summary>
    public async Task<IReadOnlyList<long>> FilterAsync(TrackingCall call, IEnumerable<string> ids)
    {
        var numbers = ids.Select(TrackingChecks.ExperimentId).Distinct().ToList();
        if (call.Caller.Access.Allows(Permissions.Read, null))
            return numbers;
        List<long> allowed = [];
        foreach (var id in numbers)
        {
            if (await experiments.FindAsync(id, call.Aborted) is { } found && call.Caller.Access.Allows(Permissions.Read, found.Name))
                allowed.Add(id);
        }

        return allowed;
    }

    private async Task CheckAsync(TrackingCall call, Permissions permissions, TrackingException missing, Func<Task<long?>> find)
    {
        if (call.Caller.Access.Allows(permissions, null))
            return;
        var id = await find() ?? throw missing;
        var found = await experiments.FindAsync(id, call.Aborted) ?? throw missing;
        CheckName(call.Caller, permissions, found.Name, missing);
    }
}
