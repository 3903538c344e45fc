using System.Collections.Immutable;
using Progeny.Abstractions.Projects;
using Progeny.Abstractions.Releases;
using Progeny.Abstractions.Training;
using Progeny.Core.Gates;
using Progeny.Core.Manifests;
using Progeny.Core.Releases;
using Progeny.Core.Retraining;

namespace Progeny.Grains.Retraining;

/// <summary>
/// What an offline agent sees of its project: the manifest in force, and the jobs, of which those that have ended are asked for once.
/// </summary>
internal sealed class OfflineProject(string name, IGrainFactory grains, CompiledReleases releases)
{
    private readonly Dictionary<string, JobInfo> ended = [];
    private ImmutableArray<JobInfo> jobs = [];

    public ProjectInfo Info { get; private set; } = null!;

    public string Release => Info.Releases[^1];

    public Manifest Manifest => Compiled.Manifest;

    public ConditionSet Conditions => Compiled.Conditions;

    /// <summary>The newest generation of the newest release; null: there is none.</summary>
    public GenerationInfo? Newest { get; private set; }

    /// <summary>On how many rows it and those that it continues were trained.</summary>
    public long TrainRows { get; private set; }

    /// <summary>Whether a job is queued or under way.</summary>
    public bool HasOpenJob => jobs.Any(job => job.EndedAt is null);

    /// <summary>What the newest generation could not know.</summary>
    public AnsweredCount SinceGeneration { get; } = new();

    /// <summary>What came since the newest training was seen.</summary>
    public AnsweredCount SinceJob { get; } = new();

    private CompiledRelease Compiled { get; set; } = null!;

    private string? Read { get; set; }

    /// <summary>Reads the project anew.</summary>
    /// <returns>Whether there is a project to run.</returns>
    public async Task<bool> ReadAsync()
    {
        var project = grains.GetGrain<IProjectGrain>(name);
        if (await project.Get() is not { Decommissioned: null } info)
            return false;
        Info = info;
        var release = grains.GetGrain<IReleaseGrain>($"{name}@{Release}");
        if (Read != Release)
        {
            Compiled = releases.Of((await release.Get())!);
            Read = Release;
        }

        var ids = await project.ListRecentJobs();
        foreach (var old in ended.Keys.Except(ids).ToList())
            ended.Remove(old);
        var found = ImmutableArray.CreateBuilder<JobInfo>(ids.Length);
        foreach (var id in ids)
        {
            if (!ended.TryGetValue(id, out var job) && await grains.GetGrain<IJobGrain>(id).Get() is { } asked)
            {
                job = asked;
                if (job.EndedAt is not null)
                    ended.Add(id, job);
            }

            if (job is not null)
                found.Add(job);
        }

        jobs = found.ToImmutable();
        var generations = await release.ListGenerations();
        Newest = generations is [.., var newest] ? newest : null;
        TrainRows = 0;
        var continued = Newest?.Reference.Generation;
        foreach (var made in generations.Reverse().Where(made => made.Reference.Generation == continued))
        {
            TrainRows += made.Lineage.Rows;
            continued = made.Lineage.Previous;
        }
        return true;
    }

    /// <summary>
    /// The newest release's jobs of some kinds; open ones of other releases are among them, since a project trains one at a time.
    /// </summary>
    public JobHistory History(params JobKind[] kinds) =>
        JobHistory.Of([.. jobs.Where(job => kinds.Contains(job.Request.Kind) && (job.Release == Release || job.EndedAt is null))]);
}
