using Progeny.Core.Expressions;

namespace Progeny.Core.Rules;

/// <summary>What rules did once, done again.</summary>
public sealed partial class RuledRows
{
    /// <summary>
    /// The rules before the model as a record has them, on a row that has the values that they set already. A rule that answers is the last
    /// one of its row, so its answer is computed from just these values.
    /// </summary>
    /// <param name="recorded">The names of the rules that fired.</param>
    /// <returns>Why the answer cannot be computed; null: all is as it was.</returns>
    internal string? BeforeAsRecorded(IReadOnlyCollection<string> recorded)
    {
        using var session = rules.Expressions.Rent();
        row = 0;
        foreach (var rule in rules.Before.Where(rule => recorded.Contains(rule.Name)))
        {
            ((fired ??= new List<string>?[answered.Length])[row] ??= []).Add(rule.Name);
            if (rule.Answer is not { } answer)
                continue;
            try
            {
                Answer(session.Evaluate(answer, this));
            }
            catch (ExpressionException exception)
            {
                return $"Rule '{rule.Name}' fails now: {exception.Message}.";
            }
        }

        return null;
    }
}
