using System.Globalization;
using System.Text.RegularExpressions;
using DuckDB.NET.Data;
using Progeny.Core.Feeds;

namespace Progeny.Storage.Datasets.Lake;

/// <summary>What DuckDB and the reading of a query can throw, as errors of a feed.</summary>
internal static partial class DuckDbErrors
{
    public static bool IsOfFeed(Exception exception) =>
        exception is DuckDBException or FormatException or LakeException or InvalidOperationException
            or QueryTurnException;

    /// <param name="feed">The feed's name.</param>
    /// <param name="exception">What was thrown.</param>
    /// <param name="folder">The session's folder, which is not named to users; null: there is none yet.</param>
    public static FeedException Translate(string feed, Exception exception, string? folder) => exception switch
    {
        QueryTurnException => new FeedBusyException(feed, exception.Message),
        DuckDBException => new FeedException(
            feed,
            Explain(folder is null ? exception.Message : exception.Message.Replace(folder + "/", "", StringComparison.Ordinal)),
            exception),
        InvalidOperationException =>
            new FeedException(feed, $"{exception.Message.TrimEnd('.')}. Parameters are written :name.", exception),
        _ => new FeedException(feed, exception.Message, exception),
    };

    /// <summary>One sentence of DuckDB's message: its lines, and the place that a picture behind them points to.</summary>
    private static string Explain(string message)
    {
        var place = "";
        if (Picture().Match(message) is { Success: true } picture)
        {
            var line = picture.Groups["line"].Value;
            var caret = picture.Groups["before"].Length - $"LINE {line}: ".Length;
            var text = picture.Groups["text"].Value;
            var rest = caret >= 0 && caret < text.Length ? text[caret..] : text;
            place = string.Create(CultureInfo.InvariantCulture, $" (line {line}, at {Shorten(rest)})");
            message = message[..picture.Index];
        }

        return $"DuckDB says: {Spaces().Replace(message.Trim(), " ").TrimEnd('.')}{place}.";
    }

    private static string Shorten(string text) => text.Length > 40 ? text[..40] + "…" : text;

    [GeneratedRegex(@"\s*LINE (?<line>\d+): (?<text>.*)\n(?<before> *)\^\s*$", RegexOptions.None, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Picture();

    [GeneratedRegex(@"\s+", RegexOptions.None, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Spaces();
}
