using System.Collections.Concurrent;
using Progeny.Abstractions.Releases;
using Progeny.Core.Explanations;
using Progeny.Core.Explanations.Replays;
using Progeny.Core.Manifests;
using Progeny.Core.QueryLog;
using Progeny.Core.Releases;
using Progeny.Core.Rules;
using Progeny.Core.Serving.Inference;

namespace Progeny.Grains.Explanations;

/// <inheritdoc cref="IReplayService"/>
internal sealed class ReplayService(
    IGrainFactory grains,
    IQueryLog log,
    IQueryArchive archive,
    IArtifactStore artifacts,
    ModelCache models,
    RuleCompiler rules,
    TimeProvider time)
    : IReplayService
{
    private const int MaxKept = 64;

    private static readonly TimeSpan ExplainWithin = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan SampleFor = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<GenerationReference, ReplayGeneration> generations = new();

    /// <summary>Explanations compute for long: one at a time leaves the other processors to queries.</summary>
    private readonly SemaphoreSlim turn = new(1, 1);

    /// <inheritdoc/>
    public async Task<(QueryRecord Record, Replay Replay)?> ReplayAsync(
        string project, string queryId, long? sequence, CancellationToken cancellationToken)
    {
        if (await FindAsync(project, queryId, sequence, cancellationToken) is not { Record: var record } query)
            return null;
        var generation = await FindAsync(record);
        using var lease = await models.AcquireAsync(generation.Generation.Reference);
        var (request, index) = lease.Model.RowsAreIndependent
            ? (null, 0)
            : await ReadRequestAsync(project, query.Sequence, cancellationToken);
        return (record, await lease.Model.Runs.RunApartAsync(
            () => Replay.Of(generation, record, lease.Model.Runner, request, index), cancellationToken));
    }

    /// <inheritdoc/>
    public async Task<(QueryRecord Record, Explanation Explanation)?> ExplainAsync(
        string project, string queryId, long? sequence, ExplanationRequest request, CancellationToken cancellationToken)
    {
        if (await FindAsync(project, queryId, sequence, cancellationToken) is not { Record: var record })
            return null;
        var generation = await FindAsync(record);
        using var deadline = new CancellationTokenSource(ExplainWithin, time);
        using var until = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            // Those that wait hold nothing: not the file of a model each.
            await turn.WaitAsync(until.Token);
            try
            {
                using var lease = await models.AcquireAsync(generation.Generation.Reference);
                var background = await BackgroundAsync(generation, record, until.Token);
                var bytes = await ReadAsync(generation.Generation.Assets.Model, until.Token);
                using var soon = new CancellationTokenSource(SampleFor, time);
                return (record, await lease.Model.Runs.RunApartAsync(
                    () => Explainer.Explain(generation, record, lease.Model.Runner, bytes, background, request, soon.Token, until.Token),
                    until.Token));
            }
            finally
            {
                turn.Release();
            }
        }
        catch (OperationCanceledException exception) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException(
                $"The explanation took longer than {ExplainWithin.TotalSeconds:0} s, waiting for others included; ask again, or for "
                    + "another method.", exception);
        }
    }

    /// <summary>In the log, or what the archive kept of it.</summary>
    private async Task<LoggedQuery?> FindAsync(string project, string queryId, long? sequence, CancellationToken cancellationToken) =>
        (sequence is { } place
            ? await log.FindAtAsync(project, queryId, place, cancellationToken)
            : await log.FindAsync(project, queryId, cancellationToken))
        ?? await archive.FindAsync(project, queryId, sequence, cancellationToken);

    private async Task<(IReadOnlyList<QueryRecord>? Rows, int Index)> ReadRequestAsync(
        string project, long sequence, CancellationToken cancellationToken)
    {
        var found = await log.ReadRequestAsync(sequence, cancellationToken);
        return found.Index >= 0 ? found : await archive.ReadRequestAsync(project, sequence, cancellationToken);
    }

    private async Task<ReplayGeneration> FindAsync(QueryRecord record)
    {
        var reference = new GenerationReference(record.GenerationProject ?? record.Project, record.Release, record.Generation);
        if (generations.TryGetValue(reference, out var known))
            return known;
        var blueprint = await grains.GetGrain<IGenerationGrain>(reference.ToString()).GetBlueprint()
            ?? throw new ReplayException($"The generation {reference}, which answered, is not registered on this node.");
        if (generations.Count >= MaxKept)
        {
            foreach (var (old, _) in generations)
            {
                if (generations.TryRemove(old, out var gone))
                    gone.Dispose(); // whoever still uses it may go on
            }
        }

        var made = new ReplayGeneration(blueprint.Generation, ManifestCache.Of(blueprint.Release), rules);
        var kept = generations.GetOrAdd(reference, made);
        if (kept != made)
            made.Dispose();
        return kept;
    }

    /// <summary>What was kept with the generation; of one that has nothing, its logged queries.</summary>
    private async Task<Background> BackgroundAsync(ReplayGeneration generation, QueryRecord record, CancellationToken cancellationToken)
    {
        if (generation.Generation.Assets.Background is { } digest)
        {
            await using var stream = await artifacts.OpenAsync(digest, cancellationToken);
            return await Background.ReadAsync(stream, generation.Manifest.Features, cancellationToken);
        }

        var records = await log.ListAsync(record.Project, record.Release, record.Generation, null, Background.MaxRows, cancellationToken);
        return Background.Of(
            records.Select(query => query.Record)
                .Where(other => other.QueryId != record.QueryId && other.GenerationProject == record.GenerationProject), generation.Schema);
    }

    private async Task<byte[]> ReadAsync(string digest, CancellationToken cancellationToken)
    {
        await using var stream = await artifacts.OpenAsync(digest, cancellationToken);
        var bytes = new byte[stream.Length];
        await stream.ReadExactlyAsync(bytes, cancellationToken);
        return bytes;
    }
}
