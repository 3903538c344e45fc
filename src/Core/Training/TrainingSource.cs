using Progeny.Core.Common;
using Progeny.Core.Datasets;
using Progeny.Core.Feedback;
using Progeny.Core.Feeds;
using Progeny.Core.Manifests;
using Progeny.Core.Views;

namespace Progeny.Core.Training;

/// <summary>
/// The rows that a project's <c>source</c> yields: those of a feed or file in the order of the ordinal, then logged queries in the order of
/// their time.
/// </summary>
/// <param name="feeds">Where feeds and files are read.</param>
/// <param name="queries">The logged queries; null where there is no log, as on a developer's machine.</param>
/// <param name="options">The operator's bounds of a source; null: the usual ones.</param>
/// <param name="time">Measures the time that reading takes; null: the system's.</param>
/// <param name="ages">Takes the times of the newest values of views; null: nobody wants them.</param>
public sealed class TrainingSource(
    IFeedCatalog feeds, IAnsweredQueries? queries = null, TrainerOptions? options = null, TimeProvider? time = null,
    ViewAges? ages = null)
{
    /// <summary>Writes the rows of a feed or file to a <c>data.csv</c>.</summary>
    /// <inheritdoc cref="WriteAsync(Manifest, string, SourceRange, string, IProgress{long}?, CancellationToken)"/>
    public Task<TrainingData> WriteAsync(
        Manifest manifest,
        string projectFolder,
        Ordinal? from,
        Ordinal? to,
        string path,
        IProgress<long>? progress,
        CancellationToken cancellationToken) =>
        WriteAsync(manifest, projectFolder, new SourceRange { From = from, To = to }, path, progress, cancellationToken);

    /// <summary>Writes the rows to a <c>data.csv</c>.</summary>
    /// <param name="manifest">A project with a source.</param>
    /// <param name="projectFolder">The package's files, for a source that is one of them.</param>
    /// <param name="range">Which rows.</param>
    /// <param name="path">The file to write.</param>
    /// <param name="progress">Told the number of rows so far; may be null.</param>
    /// <exception cref="TrainingFailedException">In stage source or data.</exception>
    /// <exception cref="NothingNewException">A training is continued, and there are no rows behind it.</exception>
    public async Task<TrainingData> WriteAsync(
        Manifest manifest,
        string projectFolder,
        SourceRange range,
        string path,
        IProgress<long>? progress,
        CancellationToken cancellationToken)
    {
        var source = manifest.Source
            ?? throw new TrainingFailedException(
                TrainingStage.Source, $"The project '{manifest.Name}' has no source, so there are no rows to read.");
        if (source.Ordinal is null && (range.From ?? range.To) is not null)
        {
            throw new TrainingFailedException(
                TrainingStage.Source,
                $"The project '{manifest.Name}' has no source.ordinal, so no range of it can be taken; leave the bounds out.");
        }

        if (source is { Query: null } && queries is null)
        {
            throw new TrainingFailedException(
                TrainingStage.Source,
                $"The rows of '{manifest.Name}' are logged queries (source: queries), which only a server has; train it there.");
        }

        var limits = new SourceLimits(source, options ?? new TrainerOptions());
        using var late = new CancellationTokenSource(limits.Time, time ?? TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            if (source.Query is null)
                return await WriteAsync(null, manifest, limits, range, path, progress, either.Token);
            if (source.File is not { } file)
                return await WriteAsync(feeds.Get(source.Feed!, manifest.Name), manifest, limits, range, path, progress, either.Token);
            var table = Path.Combine(projectFolder, file);
            if (!File.Exists(table))
                throw new TrainingFailedException(TrainingStage.Source, $"The file '{file}' (source.file) is not in the package.");
            await using var feed = await feeds.OpenFileAsync(table, source.Query, TextsOf(manifest), either.Token);
            return await WriteAsync(feed, manifest, limits, range, path, progress, either.Token);
        }
        catch (OperationCanceledException exception) when (late.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TrainingFailedException(TrainingStage.Source, limits.TooLate, inner: exception);
        }
        catch (Exception exception) when (exception is FeedException or ViewException)
        {
            throw new TrainingFailedException(TrainingStage.Source, exception.Message, inner: exception);
        }
    }

    /// <summary>The columns whose values are compared as texts: keys of views among them.</summary>
    private static List<string> TextsOf(Manifest manifest)
    {
        List<string> texts = [
            .. manifest.Features.Where(feature => feature.Type is FeatureType.Category or FeatureType.Text).Select(feature => feature.Name),
            .. manifest.JoinedViews.SelectMany(view => view.Keys),
        ];
        if (manifest.Label is { Classes.Count: > 0 } label)
            texts.Add(label.Name);
        return texts;
    }

    private async Task<TrainingData> WriteAsync(
        IFeed? feed,
        Manifest manifest,
        SourceLimits limits,
        SourceRange range,
        string path,
        IProgress<long>? progress,
        CancellationToken cancellationToken)
    {
        var source = manifest.Source!;
        var schema = TrainerSchema.From(manifest);
        var logged = await FindAsync(manifest, schema, range, cancellationToken);
        var part = feed is null
            ? null
            : await FeedPart.OfAsync(feed, source, range, logged, (time ?? TimeProvider.System).GetUtcNow(), cancellationToken);

        await using var feedRows = part is null ? null : await part.ReadAsync(Join(manifest), cancellationToken);
        await using var queryRows = logged is null ? null : new LoggedRows(queries!, logged, schema, cancellationToken);
        IFeedReader rows = (feedRows, queryRows) switch
        {
            ({ } first, { } behind) => new RowChain(first, behind, source.Ordinal is null ? schema.Ordinal : null),
            (var first, var behind) => (IFeedReader?)first ?? behind!,
        };
        await using var bounded = new BoundedRows(rows, limits);
        var written = await TrainingDataWriter.WriteAsync(bounded, schema, source, path, progress, cancellationToken);
        var data = written with
        {
            First = feedRows is null ? written.First : ToOrdinal(feedRows.First),
            // Where queries alone are new, the next training still goes on behind the rows that were taken before.
            Last = feedRows is null ? written.Last : ToOrdinal(feedRows.Last) ?? part!.After,
            From = part?.From ?? range.From,
            To = part?.To ?? range.To,
            Ahead = part?.Ahead,
            Queries = logged is null ? null : (logged.Request.From, logged.Request.To),
            QueryRows = queryRows?.Count ?? 0,
            Skipped = queryRows?.Skipped ?? new Dictionary<string, long>(),
        };
        return data.Rows > 0 ? data : throw NoRows(manifest, source, range, data);
    }

    private AsOfJoin Join(Manifest manifest) => new(
        feeds, manifest, (options ?? new TrainerOptions()).MaxViewBytes, ages, time ?? TimeProvider.System);

    private async Task<AnsweredSet?> FindAsync(
        Manifest manifest, TrainerSchema schema, SourceRange range, CancellationToken cancellationToken)
    {
        if (!manifest.Source!.Queries || queries is null)
            return null;
        return await queries.FindAsync(
            new AnsweredRequest
            {
                Project = manifest.Name,
                From = range is { Once: true, After: { QueriesTo: { } place, LogTo: { } sequence } }
                    ? new QueryMark(place, sequence)
                    : QueryMark.Start,
                To = await queries.GetEndAsync(cancellationToken),
                Projection = LoggedRows.Projection(schema),
                MaxRows = range.IsContinued ? null : manifest.Source.Window?.Rows,
                Window = range.IsContinued ? null : manifest.Source.Window?.Time,
            },
            cancellationToken);
    }

    private static Exception NoRows(Manifest manifest, SourceManifest source, SourceRange range, TrainingData data)
    {
        if (range.IsContinued)
            return new NothingNewException($"There are no rows behind those that the last training took{Left(data)}.");
        var where = (range.From, range.To) switch
        {
            (null, null) => "",
            ({ } from, null) => $" with {source.Ordinal} from {from}",
            (null, { } to) => $" with {source.Ordinal} before {to}",
            ({ } from, { } to) => $" with {source.Ordinal} from {from} and before {to}",
        };
        return new TrainingFailedException(
            TrainingStage.Data,
            source.Query is not null ? $"The source has no rows{where}{Left(data)}."
            : data.Skipped.Count > 0 ? $"No logged query of '{manifest.Name}' can be trained on{Left(data)}."
            : $"No logged query of '{manifest.Name}' has an outcome yet.");
    }

    private static string Left(TrainingData data) => data.Skipped.Count == 0
        ? ""
        : $"; {data.Skipped.Values.Sum()} logged queries with an outcome were left out: "
            + $"{string.Join(", ", data.Skipped.OrderByDescending(pair => pair.Value).Take(3).Select(pair => $"{pair.Key} ({pair.Value})"))}";

    private static Ordinal? ToOrdinal(object? value) => value is null ? null : Ordinal.From(value);
}
