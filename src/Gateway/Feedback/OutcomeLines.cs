using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using Progeny.Contracts.Feedback;
using Progeny.Core.Feedback;
using Progeny.Core.Manifests;
using Progeny.Core.QueryLog;

namespace Progeny.Gateway.Feedback;

/// <summary>
/// Outcomes as lines of JSON, however many: a few thousand are stored in one transaction while the next are read, so memory does not grow
/// with their number, and what is on disk when a connection breaks is simply sent again.
/// </summary>
internal sealed class OutcomeLines(IOutcomeStore store, Manifest manifest, JsonSerializerOptions json, TimeProvider time)
{
    private const int LinesAtOnce = 4_000;
    private const int MaxLineBytes = 64 << 10;
    private const string TooLong = "it has more than 64 KiB";

    private Task<OutcomeReceipt> storing = Task.FromResult(new OutcomeReceipt(0, 0, 0, 0));
    private OutcomeReceipt stored = new(0, 0, 0, 0);
    private List<ReportedOutcome> waiting = [];
    private long line;

    /// <summary>Reads lines until the end, or until one that is none, and stores those before it.</summary>
    /// <returns>What became of them; the number of the bad line, from 1, and what is wrong with it, where there is one.</returns>
    public async Task<(OutcomeReceipt Stored, long BadLine, string? Problem)> StoreAsync(
        PipeReader body, CancellationToken cancellationToken)
    {
        string? problem = null;
        while (problem is null)
        {
            var read = await body.ReadAsync(cancellationToken);
            var rest = read.Buffer;
            while (problem is null && TryTake(ref rest, read.IsCompleted, out var text))
            {
                problem = Add(text);
                if (waiting.Count == LinesAtOnce)
                    await FlushAsync(cancellationToken);
            }

            if (problem is null && rest.Length > MaxLineBytes)
            {
                line++;
                problem = TooLong;
            }

            body.AdvanceTo(rest.Start, rest.End);
            if (read.IsCompleted)
                break;
        }

        await FlushAsync(cancellationToken);
        await FlushAsync(cancellationToken);
        return (stored, problem is null ? 0 : line, problem);
    }

    private static bool TryTake(ref ReadOnlySequence<byte> rest, bool isLast, out ReadOnlySequence<byte> text)
    {
        var reader = new SequenceReader<byte>(rest);
        if (reader.TryReadTo(out text, (byte)'\n'))
        {
            rest = rest.Slice(reader.Position);
            return true;
        }

        text = rest;
        if (!isLast || rest.IsEmpty)
            return false;
        rest = rest.Slice(rest.End);
        return true;
    }

    /// <returns>What is wrong with the line; null: nothing.</returns>
    private string? Add(ReadOnlySequence<byte> text)
    {
        line++;
        if (IsBlank(text))
            return null;
        if (text.Length > MaxLineBytes)
            return TooLong;
        OutcomeReport? report;
        try
        {
            var reader = new Utf8JsonReader(text);
            report = JsonSerializer.Deserialize<OutcomeReport>(ref reader, json);
            if (reader.Read())
                return "there is more than one object in it";
        }
        catch (JsonException exception)
        {
            return $"it is no object like {{\"query_id\": …, \"outcome\": …}}: {exception.Message}";
        }

        var (outcome, problem) = OutcomeCheck.Read(report, manifest, time.GetUtcNow());
        if (outcome is not null)
            waiting.Add(outcome);
        return problem;
    }

    private static bool IsBlank(ReadOnlySequence<byte> text)
    {
        foreach (var part in text)
        {
            if (part.Span.IndexOfAnyExcept((byte)' ', (byte)'\t', (byte)'\r') >= 0)
                return false;
        }

        return true;
    }

    /// <summary>Waits for what is being stored, and stores what waits meanwhile.</summary>
    private async Task FlushAsync(CancellationToken cancellationToken)
    {
        stored += await storing;
        storing = store.ReportAsync(manifest.Name, waiting, cancellationToken);
        waiting = new List<ReportedOutcome>(LinesAtOnce);
    }
}
