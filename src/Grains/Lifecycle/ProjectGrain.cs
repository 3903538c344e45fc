using System.Collections.Immutable;
using NuGet.Versioning;
using Progeny.Abstractions.Lifecycle;
using Progeny.Abstractions.Rollout;
using Progeny.Abstractions.Serving;
using Progeny.Abstractions.Training;
using Progeny.Core.Lifecycle;
using Progeny.Core.Registry;
using Progeny.Core.Serving;
using Progeny.Grains.Registry;

namespace Progeny.Grains.Lifecycle;

/// <inheritdoc cref="IProjectGrain"/>
internal sealed class ProjectGrain(
    [PersistentState("project", StorageNames.Grains)] IPersistentState<ProjectState> storage,
    IArtifactStore artifacts,
    RuleCompiler rules,
    TimeProvider time) : Grain, IProjectGrain
{
    private const int MostJobs = 1_000;

    private string Name => this.GetPrimaryKeyString();

    private GenerationReference? Champion => storage.State.Promotions is [.., var last] ? last.Generation : null;

    public Task<ProjectInfo?> Get() => Task.FromResult(storage.State.Releases.IsEmpty
        ? null
        : new ProjectInfo
        {
            Name = Name,
            Releases = storage.State.Releases,
            Champion = Champion,
            PlanVersion = storage.State.PlanVersion,
            Promotions = storage.State.Promotions,
        });

    public async Task<ReleaseInfo> Publish(string packageDigest)
    {
        var (manifest, text) = await Packages.ReadManifestAsync(artifacts, packageDigest, CancellationToken.None);
        if (manifest.Name != Name)
            throw new RegistryException(RegistryError.Invalid, $"The package is of the project '{manifest.Name}', not of '{Name}'.");
        RequireGrowth(manifest.Version);
        if (rules.Check(manifest, text) is { Count: > 0 } errors)
            throw new RegistryException(RegistryError.Invalid, string.Join('\n', errors));

        var release = new ReleaseInfo
        {
            Project = Name,
            Version = manifest.Version.ToNormalizedString(),
            PackageDigest = packageDigest,
            Manifest = text,
            PublishedAt = time.GetUtcNow(),
        };
        // In this order a stop in between leaves a release that nobody sees, which publishing again overwrites.
        await GrainFactory.GetGrain<IReleaseGrain>($"{Name}@{release.Version}").Register(release);
        await GrainFactory.GetGrain<IRosterGrain>(IRosterGrain.Key).Add(Name);
        await storage.SaveAsync(storage.State with { Releases = storage.State.Releases.Add(release.Version) });
        return release;
    }

    public Task<RolloutPlan?> GetPlan(long knownVersion) => Task.FromResult(knownVersion == storage.State.PlanVersion
        ? null
        : new RolloutPlan { Project = Name, Version = storage.State.PlanVersion, Champion = Champion });

    public async Task<Promotion> Promote(GenerationReference generation, string reason)
    {
        var info = generation.Project == Name ? await GrainFactory.GetGrain<IGenerationGrain>(generation.ToString()).Get() : null;
        if (info is null)
            throw new RegistryException(RegistryError.NotFound, $"There is no generation {generation}.");
        if (info.Stage == Stage.Archived)
            throw new RegistryException(RegistryError.Conflict, $"{generation} is archived and cannot serve again.");

        // Loaded before it is in the plan, so that no query has to wait for it, and a model that does not load never gets there.
        var model = await GrainFactory.GetGrain<IModelGrain>(generation.ToString()).Describe();
        if (model.Error is { } error)
            throw new RegistryException(RegistryError.Conflict, $"{generation} cannot serve: {error.Message}");

        var promotion = new Promotion { Generation = generation, Previous = Champion, At = time.GetUtcNow(), Reason = reason };
        await storage.SaveAsync(storage.State with
        {
            Promotions = storage.State.Promotions.Add(promotion),
            PlanVersion = storage.State.PlanVersion + 1,
        });
        await SettleStages();
        return promotion;
    }

    public async Task<JobInfo> StartJob(JobRequest request)
    {
        if (storage.State.Releases.IsEmpty)
            throw new RegistryException(RegistryError.NotFound, $"There is no project '{Name}'.");
        var release = request.Release ?? storage.State.Releases[^1];
        if (!storage.State.Releases.Contains(release))
            throw new RegistryException(RegistryError.NotFound, $"{Name} has no release {release}; it has {string.Join(", ", storage.State.Releases)}.");

        var id = Guid.CreateVersion7(time.GetUtcNow()).ToString("N");
        await storage.SaveAsync(storage.State with
        {
            Jobs = [id, .. storage.State.Jobs.Take(MostJobs - 1)],
            OpenJobs = storage.State.OpenJobs.Add(id),
        });
        return await GrainFactory.GetGrain<IJobGrain>(id).Start(Name, release, request);
    }

    public Task<ImmutableArray<string>> ListJobs() => Task.FromResult(storage.State.Jobs);

    public Task JobEnded(string jobId) => storage.State.OpenJobs.Contains(jobId)
        ? storage.SaveAsync(storage.State with { OpenJobs = storage.State.OpenJobs.Remove(jobId) })
        : Task.CompletedTask;

    public async Task Wake()
    {
        await SettleStages();
        var open = ImmutableArray.CreateBuilder<string>();
        foreach (var id in storage.State.OpenJobs)
        {
            var job = GrainFactory.GetGrain<IJobGrain>(id);
            await job.Resume();
            if (await job.Get() is { Status: JobStatus.Queued or JobStatus.Running })
                open.Add(id);
        }

        // The others ended without being able to say so, or were never stored.
        if (open.Count < storage.State.OpenJobs.Length)
            await storage.SaveAsync(storage.State with { OpenJobs = open.ToImmutable() });
    }

    private void RequireGrowth(SemanticVersion version)
    {
        try
        {
            ReleaseVersions.RequireGrowth(Name, storage.State.Releases is [.., var highest] ? SemanticVersion.Parse(highest) : null, version);
        }
        catch (ReleaseVersionException exception)
        {
            throw new RegistryException(RegistryError.Conflict, exception.Message);
        }
    }

    /// <summary>Brings the stages of the generations in line with the last promotion, which is what traffic follows.</summary>
    private async Task SettleStages()
    {
        if (storage.State.Promotions is not [.., var last])
            return;
        if (last.Previous is { } previous && previous != last.Generation)
            await GrainFactory.GetGrain<IGenerationGrain>(previous.ToString()).SetStage(Stage.Retired);
        await GrainFactory.GetGrain<IGenerationGrain>(last.Generation.ToString()).SetStage(Stage.Champion);
    }
}
