using System.Collections.Immutable;
using NuGet.Versioning;
using Progeny.Abstractions.Projects;
using Progeny.Abstractions.Releases;
using Progeny.Abstractions.Retraining;
using Progeny.Abstractions.Rollouts;
using Progeny.Abstractions.Training;
using Progeny.Core.Decisions;
using Progeny.Core.Manifests;
using Progeny.Core.Releases;
using Progeny.Grains.Common;
using Progeny.Grains.Releases;
using Progeny.Grains.Training;

namespace Progeny.Grains.Projects;

/// <inheritdoc cref="IProjectGrain"/>
internal sealed class ProjectGrain(
    [PersistentState("project", StorageNames.Grains)] IPersistentState<ProjectState> storage,
    IArtifactStore artifacts,
    ReleaseChecks checks,
    IDecisionLog decisions,
    TimeProvider time) : Grain, IProjectGrain, IStoredGrain
{
    public bool IsStored => storage.RecordExists;

    private string Name => this.GetPrimaryKeyString();

    private Retirement Retirement => new(Name, GrainFactory, decisions, time);

    public async Task<ProjectInfo?> Get()
    {
        if (storage.State.Releases.IsEmpty)
            return null;
        var rollout = await GrainFactory.GetGrain<IRolloutGrain>(Name).Get();
        return new ProjectInfo
        {
            Name = Name,
            Releases = storage.State.Releases,
            Champion = rollout.Plan.Champion,
            PlanVersion = rollout.Plan.Version,
            Promotions = rollout.Promotions,
            Decommissioned = storage.State.Decommissioned,
        };
    }

    public async Task<ReleaseInfo> Publish(string ticket, Publisher? publisher)
    {
        var (manifest, text) = await Packages.ReadManifestAsync(artifacts, ticket, CancellationToken.None);
        if (manifest.Name != Name)
            throw new RegistryException(RegistryError.Invalid, $"The package is of the project '{manifest.Name}', not of '{Name}'.");
        RequireActive();
        RequireGrowth(manifest.Version);
        await checks.RequireAsync(manifest, text, publisher);

        var release = new ReleaseInfo
        {
            Project = Name,
            Version = manifest.Version.ToNormalizedString(),
            PackageDigest = await artifacts.KeepAsync(ticket, CancellationToken.None),
            Manifest = text,
            PublishedAt = time.GetUtcNow(),
        };
        // In this order a stop in between leaves a release that nobody sees, which publishing again overwrites.
        await GrainFactory.GetGrain<IReleaseGrain>($"{Name}@{release.Version}").Register(release);
        await GrainFactory.GetGrain<IRosterGrain>(IRosterGrain.Key).Add(Name);
        await storage.SaveAsync(storage.State with { Releases = storage.State.Releases.Add(release.Version) });
        await TouchAsync();
        return release;
    }

    public async Task<ProjectInfo> Decommission(string? by, string reason)
    {
        RequireProject();
        if (storage.State.Decommissioned is null)
            await storage.SaveAsync(
                storage.State with { Decommissioned = await Retirement.BeginAsync(storage.State.Releases, by, reason) });
        await EndAsync();
        await TouchAsync();
        return (await Get())!;
    }

    public async Task<ProjectInfo> Recommission(string? by, string? reason)
    {
        RequireProject();
        if (storage.State.Decommissioned is not { } end)
            throw new RegistryException(RegistryError.Conflict, $"'{Name}' is not decommissioned.");
        // Until the last of these steps it has ended, and a stop in between ends it again.
        await Retirement.UndoAsync(end, storage.State.Releases, by, reason);
        await storage.SaveAsync(storage.State with { Decommissioned = null });
        await TouchAsync();
        return (await Get())!;
    }

    public async Task<JobInfo> StartJob(JobRequest request)
    {
        RequireProject();
        RequireActive();
        if (request.Kind is JobKind.Apply)
            request = await ApplyVersion.FixAsync(GrainFactory, (await Get())!, request);
        var release = request.Release ?? JobChecks.ReleaseOf(Name, request) ?? storage.State.Releases[^1];
        if (!storage.State.Releases.Contains(release))
            throw new RegistryException(
                RegistryError.NotFound, $"{Name} has no release {release}; it has {string.Join(", ", storage.State.Releases)}.");
        await JobChecks.RequireAsync(GrainFactory, Name, release, request);

        var id = Guid.CreateVersion7(time.GetUtcNow()).ToString("N");
        await storage.SaveAsync(storage.State.With(id, request.Kind));
        var job = await GrainFactory.GetGrain<IJobGrain>(id).Start(Name, release, request);
        await TouchAsync();
        return job;
    }

    public Task<ImmutableArray<string>> ListJobs() => Task.FromResult(storage.State.Jobs);

    public Task<ImmutableArray<string>> ListRecentJobs() => Task.FromResult(storage.State.RecentJobs());

    public async Task<bool> MayTrain(string jobId)
    {
        foreach (var earlier in storage.State.OpenTrainings().TakeWhile(open => open != jobId))
        {
            // One that was never stored, or has ended, holds nobody up.
            if (await GrainFactory.GetGrain<IJobGrain>(earlier).Get() is { Status: JobStatus.Queued or JobStatus.Running })
                return false;
        }

        return true;
    }

    public async Task JobEnded(string jobId)
    {
        if (storage.State.OpenJobs.Contains(jobId))
            await storage.SaveAsync(storage.State with { OpenJobs = storage.State.OpenJobs.Remove(jobId) });
        if (storage.State.Decommissioned is not null)
            await EndAsync(); // it may have made a generation at the last moment
        await TouchAsync();
    }

    public async Task Wake()
    {
        if (storage.State.Decommissioned is not null)
        {
            await EndAsync();
            return;
        }

        var open = ImmutableArray.CreateBuilder<string>();
        foreach (var id in storage.State.OpenJobs)
        {
            var job = GrainFactory.GetGrain<IJobGrain>(id);
            await job.Resume();
            if (await job.Get() is not null)
                open.Add(id);
        }

        // The others were never stored; those that have ended say so once what they made is proposed.
        if (open.Count < storage.State.OpenJobs.Length)
            await storage.SaveAsync(storage.State with { OpenJobs = open.ToImmutable() });
    }

    /// <summary>Has the offline agent check the project.</summary>
    private Task TouchAsync() => GrainFactory.GetGrain<IOfflineScheduleGrain>(IOfflineScheduleGrain.Key).Touch([Name]);

    private Task EndAsync() => Retirement.EndAsync(storage.State.Decommissioned!, storage.State.Releases, storage.State.OpenJobs);

    private void RequireProject()
    {
        if (storage.State.Releases.IsEmpty)
            throw new RegistryException(RegistryError.NotFound, $"There is no project '{Name}'.");
    }

    private void RequireActive()
    {
        if (storage.State.Decommissioned is { } end)
            throw new RegistryException(RegistryError.Conflict, Decommissioning.Refusal(Name, end.At, end.Reason));
    }

    private void RequireGrowth(SemanticVersion version)
    {
        try
        {
            ReleaseVersions.RequireGrowth(
                Name, storage.State.Releases is [.., var highest] ? SemanticVersion.Parse(highest) : null, version);
        }
        catch (ReleaseVersionException exception)
        {
            throw new RegistryException(RegistryError.Conflict, exception.Message);
        }
    }
}
