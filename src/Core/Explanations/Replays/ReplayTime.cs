using System.Text.RegularExpressions;

namespace Progeny.Core.Explanations.Replays;

/// <summary>Tells expressions that depend on the time at which they are asked.</summary>
internal static partial class ReplayTime
{
    /// <summary>Whether an expression may ask for the present time.</summary>
    public static bool IsOfNow(string expression) => Time().IsMatch(expression);

    [GeneratedRegex(
        @"'now'|\bcurrent_(date|time|timestamp)\b|\b(date|time|datetime|julianday|unixepoch)\s*\(\s*\)",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        1_000)]
    private static partial Regex Time();
}
