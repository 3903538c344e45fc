using System.Text.Json;
using Progeny.Core.Queries;
using Progeny.Core.QueryLog;
using Progeny.Core.Serving.Inference;

namespace Progeny.Core.Explanations.Replays;

/// <summary>A logged query asked again: the same generation, fields, augmented features and rules. No feed is asked.</summary>
/// <param name="Recorded">The prediction of the record, as JSON.</param>
/// <param name="Replayed">The prediction now, as JSON; null: there is none.</param>
/// <param name="Differences">What is not the same; numbers are the same only bit for bit.</param>
/// <param name="Notes">What a reader should know of how it was replayed.</param>
public sealed record Replay(string Recorded, string? Replayed, IReadOnlyList<ReplayDifference> Differences, IReadOnlyList<string> Notes)
{
    /// <summary>Whether prediction and rules are the same.</summary>
    public bool Identical => Differences.Count == 0;

    /// <summary>Asks again.</summary>
    /// <param name="generation">The generation that answered.</param>
    /// <param name="model">Its model.</param>
    /// <param name="request">All rows of the request, for a model that gives a row other bits among others; null: it does not.</param>
    /// <param name="index">The record's place among them.</param>
    /// <exception cref="ReplayException">The record does not hold what was asked.</exception>
    /// <exception cref="ModelException">The model fails.</exception>
    public static Replay Of(
        ReplayGeneration generation, QueryRecord record, ModelRunner model, IReadOnlyList<QueryRecord>? request = null, int index = 0) =>
        generation.Manifest.Features.Count == 0 ? OfTensors(generation, record, model) : OfRows(generation, record, model, request, index);

    private static Replay OfRows(
        ReplayGeneration generation, QueryRecord record, ModelRunner model, IReadOnlyList<QueryRecord>? request, int index)
    {
        using var run = ReplayRun.Start(generation, record, model, request, index);
        var recorded = QueryRecordJson.Prediction(record)!;
        var replayed = run.Answer.Prediction is { } prediction ? QueryRecordJson.Prediction(prediction) : null;
        var differences = Compare(recorded, replayed);
        if (run.Answer.Error is { } error)
            differences.Add(new ReplayDifference("error", null, error.Message));
        if (!record.Rules.SequenceEqual(run.Rules))
            differences.Add(new ReplayDifference("rules", string.Join(", ", record.Rules), string.Join(", ", run.Rules)));
        return new Replay(recorded, replayed, differences, run.Notes);
    }

    private static Replay OfTensors(ReplayGeneration generation, QueryRecord record, ModelRunner model)
    {
        ReplayRun.RequireKept(generation.Manifest, record);
        if (!record.Inputs!.HasData)
            throw new ReplayException("The tensors were too large for the log (over 64 KiB): it kept their types and shapes only.");
        if (TensorChecks.Problem(record.Inputs.Tensors, model.Inputs) is { } problem)
        {
            throw new ReplayException(generation.Manifest.Serving.Redact.Count > 0
                ? $"Not all tensors were kept (serving.redact): {problem}"
                : $"The logged tensors do not fit the model: {problem}");
        }

        if (!record.Outputs!.HasData)
            throw new ReplayException("The outputs were too large for the log (over 64 KiB): it kept their types and shapes only.");
        var outputs = model.Run(record.Inputs.Tensors, [.. record.Outputs.Tensors.Select(output => output.Name)]);
        var recorded = QueryRecordJson.Tensors(record.Outputs);
        var replayed = QueryRecordJson.Tensors(new LoggedTensors([.. outputs], HasData: true));
        return new Replay(recorded, replayed, Compare(recorded, replayed), []);
    }

    private static List<ReplayDifference> Compare(string recorded, string? replayed)
    {
        var differences = new List<ReplayDifference>();
        if (recorded == replayed)
            return differences;
        using var before = JsonDocument.Parse(recorded);
        using var now = JsonDocument.Parse(replayed ?? "{}");
        Compare("prediction", before.RootElement, now.RootElement, differences);
        return differences;
    }

    private static void Compare(string path, JsonElement recorded, JsonElement replayed, List<ReplayDifference> differences)
    {
        if (recorded.ValueKind is JsonValueKind.Object && replayed.ValueKind is JsonValueKind.Object)
        {
            var before = recorded.EnumerateObject().Select(member => member.Name).ToHashSet(StringComparer.Ordinal);
            var now = replayed.EnumerateObject().ToDictionary(member => member.Name, member => member.Value, StringComparer.Ordinal);
            foreach (var member in recorded.EnumerateObject())
            {
                if (now.TryGetValue(member.Name, out var other))
                    Compare($"{path}.{member.Name}", member.Value, other, differences);
                else
                    differences.Add(new ReplayDifference($"{path}.{member.Name}", member.Value.GetRawText(), null));
            }

            foreach (var member in replayed.EnumerateObject().Where(member => !before.Contains(member.Name)))
                differences.Add(new ReplayDifference($"{path}.{member.Name}", null, member.Value.GetRawText()));
        }
        else if (recorded.GetRawText() != replayed.GetRawText())
        {
            // Both are written with the digits that tell a number from all others.
            differences.Add(new ReplayDifference(path, recorded.GetRawText(), replayed.GetRawText()));
        }
    }
}
