using System.Collections.Immutable;
using Progeny.Abstractions.Serving;
using Progeny.Core.Feeds;
using Progeny.Core.Queries;
using Progeny.Core.Rollouts;
using Progeny.Core.Serving.Inference;
using Progeny.Core.Serving.Routing;

namespace Progeny.Core.Apply;

/// <summary>
/// Predicts batches of rows as online queries are answered, through the same <see cref="InferencePipeline"/>. Where a batch is refused for
/// some of its rows, the others are asked again without them.
/// </summary>
/// <param name="arm">The generation; feeds of its augmentations must answer.</param>
/// <param name="log">Records the answers; null: they are not logged.</param>
public sealed class ApplyEngine(InferencePipeline pipeline, ServedArm arm, ApplyLog? log, TimeProvider time)
{
    /// <summary>The rows of a batch at most: the memory for so many is kept from one run to the next.</summary>
    public const int MaxBatchRows = 1_024;

    private const int MaxFeedAttempts = 6;

    private static readonly TimeSpan FeedRetry = TimeSpan.FromSeconds(1);

    // Rows change on their way only where somebody changes them, so that only then there is something to put back.
    private readonly bool changesRows = arm.Served.Augmenters.Count > 0 || arm.Served.Rules is not null;
    private readonly ImmutableArray<string>[] unnamed = new ImmutableArray<string>[MaxBatchRows + 1];

    /// <summary>The rows of a batch: where a row's bits depend on the rows beside it, each is asked alone, as it is online.</summary>
    public int BatchRows { get; } = arm.Model.RowsAreIndependent ? MaxBatchRows : 1;

    /// <summary>The schema by which rows are read.</summary>
    public QuerySchema Schema => arm.Served.Schema;

    /// <summary>Predicts rows and disposes them.</summary>
    /// <param name="rows">The rows as they were read, those that could be read.</param>
    /// <param name="places">For each of them its index in <paramref name="answers"/>.</param>
    /// <param name="first">The number of the answers' first row in the input.</param>
    /// <exception cref="ApplyException">A feed or the model is not to be had.</exception>
    public async ValueTask RunAsync(
        QueryRows rows, ReadOnlyMemory<int> places, ApplyAnswers answers, long first, CancellationToken cancellationToken)
    {
        using (rows)
        {
            if (!changesRows)
                RefuseMissing(rows, places, answers);
            var left = Left(places.Length, row => answers.ProblemOf(places.Span[row]) is null);
            if (log?.MayBeRecorded(first) == true)
            {
                // Each row is a request of its own, so that each can be looked up.
                foreach (var row in left)
                    await AskPartAsync(rows, [row], places, answers, first, cancellationToken);
            }
            else if (left.Length == places.Length)
            {
                await AskAsync(rows, places, answers, first, cancellationToken);
            }
            else
            {
                await AskPartAsync(rows, left, places, answers, first, cancellationToken);
            }
        }
    }

    private static int[] Left(int count, Func<int, bool> isLeft) => [.. Enumerable.Range(0, count).Where(isLeft)];

    /// <summary>
    /// Refuses all rows that lack a value which a feature must have, before the pipeline runs: it would name twenty of them at a time.
    /// </summary>
    private static void RefuseMissing(QueryRows rows, ReadOnlyMemory<int> places, ApplyAnswers answers)
    {
        foreach (var column in rows.Features.Columns)
        {
            if (column.Feature.Nullable || column.Present == rows.Features.Rows)
                continue;
            for (var row = 0; row < places.Length; row++)
            {
                if (column.IsMissing(row))
                    answers.Refuse(places.Span[row], $"{column.Feature.Name}: {column.SetMissing()}");
            }
        }
    }

    private async ValueTask AskPartAsync(
        QueryRows rows, int[] part, ReadOnlyMemory<int> places, ApplyAnswers answers, long first, CancellationToken cancellationToken)
    {
        if (part.Length == 0)
            return;
        using var taken = rows.Take(part);
        await AskAsync(taken, Array.ConvertAll(part, row => places.Span[row]), answers, first, cancellationToken);
    }

    private async ValueTask AskAsync(
        QueryRows rows, ReadOnlyMemory<int> places, ApplyAnswers answers, long first, CancellationToken cancellationToken)
    {
        var attempt = changesRows ? rows.Take(Left(places.Length, _ => true)) : rows;
        Inferred found;
        try
        {
            found = await AskFeedsAsync(attempt, IdsOf(places, first), cancellationToken);
            if (found.Error is null)
            {
                Keep(found, places, answers);
                if (log is not null)
                    await log.AddAsync(found.Entry!, first, cancellationToken);
                return;
            }
        }
        finally
        {
            if (changesRows)
                attempt.Dispose();
        }

        if (found.Error.Kind is not (ServingErrorKind.InvalidQuery or ServingErrorKind.RuleFailed or ServingErrorKind.ModelFailed))
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new ApplyException(found.Error.Message);
        }

        var isBad = Refuse(found.Error, places, answers);
        var left = Left(places.Length, row => !isBad[row]);
        var isHalved = left.Length == places.Length || found.Error.Fields.Length >= FeatureBatchBuilder.MaxErrors;
        var half = isHalved ? left.Length / 2 : 0;
        await AskPartAsync(rows, left[..half], places, answers, first, cancellationToken);
        await AskPartAsync(rows, left[half..], places, answers, first, cancellationToken);
    }

    /// <summary>Asks the pipeline, again where a feed does not answer: a default in its place would be a wrong answer.</summary>
    private async ValueTask<Inferred> AskFeedsAsync(QueryRows rows, ImmutableArray<string> ids, CancellationToken cancellationToken)
    {
        var query = new RoutedQuery(arm, Reasons.Requested, time.GetTimestamp()) { QueryIds = ids };
        for (var number = 1; ; number++)
        {
            try
            {
                return await pipeline.RunAsync(query, rows, wanted: null, cancellationToken);
            }
            catch (FeedException exception)
            {
                if (number == MaxFeedAttempts)
                    throw new ApplyException(
                        $"{exception.Reason} It was asked {MaxFeedAttempts} times; start the job again when it answers.", exception);
            }

            await Task.Delay(FeedRetry * number, time, cancellationToken);
        }
    }

    /// <summary>Notes the rows that an error names; a single row is to blame for what names none.</summary>
    private static bool[] Refuse(ServingError error, ReadOnlyMemory<int> places, ApplyAnswers answers)
    {
        var isBad = new bool[places.Length];
        foreach (var of in error.Fields.GroupBy(field => field.Row))
        {
            answers.Refuse(places.Span[of.Key], string.Join("; ", of.Select(field => $"{field.Field}: {field.Message}")));
            isBad[of.Key] = true;
        }

        if (places.Length == 1 && !isBad[0])
        {
            answers.Refuse(places.Span[0], error.Message.Replace(" on row 0", "", StringComparison.Ordinal));
            isBad[0] = true;
        }

        return isBad;
    }

    private static void Keep(Inferred found, ReadOnlyMemory<int> places, ApplyAnswers answers)
    {
        var prediction = found.Result!.Prediction!;
        var rules = found.Entry!.Rules;
        var scores = prediction.Scores.Span;
        var labels = prediction.Labels.Span;
        for (var row = 0; row < places.Length; row++)
        {
            var place = places.Span[row];
            scores.Slice(row * answers.Width, answers.Width).CopyTo(answers.Scores.AsSpan(place * answers.Width));
            if (!labels.IsEmpty)
                answers.Labels[place] = labels[row];
            if (!rules.IsEmpty)
                answers.SetRules(place, rules[row]);
        }
    }

    private ImmutableArray<string> IdsOf(ReadOnlyMemory<int> places, long first)
    {
        if (log is null)
        {
            // Nobody reads them, and making them would take longer than a small model.
            ref var same = ref unnamed[places.Length];
            return same.IsDefault ? same = [.. Enumerable.Repeat("", places.Length)] : same;
        }

        var ids = ImmutableArray.CreateBuilder<string>(places.Length);
        foreach (var place in places.Span)
            ids.Add(log.IdOf(first + place));
        return ids.MoveToImmutable();
    }
}
