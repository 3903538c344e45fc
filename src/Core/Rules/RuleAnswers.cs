using System.Collections.Immutable;
using Progeny.Core.Expressions;
using Progeny.Core.Manifests;

namespace Progeny.Core.Rules;

/// <summary>What a rule's answer may be: one of the project's classes, or a number for regression.</summary>
internal sealed class RuleAnswers(Manifest manifest)
{
    /// <summary>The classes in the order of their probabilities; empty for regression.</summary>
    public ImmutableArray<string> Classes { get; } = [.. manifest.Label?.Classes ?? []];

    /// <summary>The number of scores a row.</summary>
    public int Width => Math.Max(1, Classes.Length);

    /// <summary>What is wrong with an answer; null: nothing.</summary>
    public string? Problem(SqlValue answer)
    {
        if (answer.Type == SqlType.Null)
            return $"its answer is NULL; {Right()} would be right";
        if (Classes.IsEmpty)
            return answer.Type != SqlType.Text && float.IsFinite((float)Number(answer))
                ? null
                : $"its answer is {Shown(answer)}; {Right()} would be right";
        return Classes.Contains(answer.ToString())
            ? null
            : $"its answer is {Shown(answer)}, which is no class of the project; {Right()} would be right";
    }

    /// <summary>
    /// Writes an answer without a problem as a prediction: the class answered has the probability 1, the others 0; for regression the
    /// value.
    /// </summary>
    /// <returns>The index of the class; 0 for regression.</returns>
    public int Write(SqlValue answer, Span<float> scores)
    {
        scores.Clear();
        if (Classes.IsEmpty)
        {
            scores[0] = (float)Number(answer);
            return 0;
        }

        var label = Classes.IndexOf(answer.ToString());
        scores[label] = 1;
        return label;
    }

    private static double Number(SqlValue value) => value.Type == SqlType.Integer ? value.Integer : value.Real;

    private static string Shown(SqlValue value)
    {
        var text = value.ToString();
        return text.Length <= 60 ? $"'{text}'" : $"'{text[..60]}…'";
    }

    private string Right() => Classes.IsEmpty
        ? "a finite number"
        : $"one of {string.Join(", ", Classes.Take(20).Select(name => $"'{name}'"))}{(Classes.Length > 20 ? ", …" : "")}";
}
