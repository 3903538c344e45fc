using System.Globalization;

namespace Progeny.Core.Tracking.Search;

/// <summary>Divides a filter into tokens.</summary>
internal static class FilterLexer
{
    private const string WordMarks = "_-/:@$";
    private const string NumberMarks = ".+-";

    /// <exception cref="TrackingException">There is a character that no token has, or a quote that nothing closes.</exception>
    public static List<FilterToken> Read(string filter)
    {
        var tokens = new List<FilterToken>();
        for (var at = 0; at < filter.Length;)
        {
            var c = filter[at];
            if (char.IsWhiteSpace(c))
            {
                at++;
                continue;
            }

            var token = c switch
            {
                '\'' => Quoted(filter, at, FilterTokenKind.Text, out at),
                '"' => Quoted(filter, at, FilterTokenKind.DoubleQuoted, out at),
                '`' => Quoted(filter, at, FilterTokenKind.Quoted, out at),
                _ when IsNumberStart(filter, at) => Number(filter, at, out at),
                _ when char.IsLetterOrDigit(c) || c == '_' => Word(filter, at, out at),
                _ => Symbol(filter, at, out at),
            };
            tokens.Add(token);
        }

        tokens.Add(new FilterToken(FilterTokenKind.End, "", filter.Length));
        return tokens;
    }

    /// <summary>A quoted text; the quote itself is written twice in it.</summary>
    private static FilterToken Quoted(string filter, int start, FilterTokenKind kind, out int end)
    {
        var quote = filter[start];
        var text = new System.Text.StringBuilder();
        for (var at = start + 1; at < filter.Length; at++)
        {
            if (filter[at] != quote)
            {
                text.Append(filter[at]);
                continue;
            }

            if (at + 1 >= filter.Length || filter[at + 1] != quote)
            {
                end = at + 1;
                return new FilterToken(kind, text.ToString(), start);
            }

            text.Append(quote);
            at++;
        }

        throw Wrong($"the quote {quote} is not closed", start);
    }

    // A digit begins a number, unless a dot came before: metrics.1st is a name. The parser joins names of several words.
    private static bool IsNumberStart(string filter, int at)
    {
        var isSigned = filter[at] is '-' or '+' && at + 1 < filter.Length;
        var digit = isSigned ? at + 1 : at;
        var isNumeral = char.IsAsciiDigit(filter[digit])
            || (filter[digit] == '.' && digit + 1 < filter.Length && char.IsAsciiDigit(filter[digit + 1]) && IsBehindOperator(filter, at));
        return isNumeral && !(at > 0 && filter[at - 1] == '.');
    }

    private static bool IsBehindOperator(string filter, int at) =>
        at == 0 || (!char.IsLetterOrDigit(filter[at - 1]) && filter[at - 1] is not ('`' or '"'));

    private static FilterToken Number(string filter, int start, out int end)
    {
        end = start + 1;
        while (end < filter.Length && (char.IsAsciiLetterOrDigit(filter[end]) || IsNumberMark(filter, end)))
            end++;
        var text = filter[start..end];
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _)
            ? new FilterToken(FilterTokenKind.Number, text, start)
            : throw Wrong($"'{text}' is no number", start);
    }

    private static bool IsNumberMark(string filter, int at) =>
        NumberMarks.Contains(filter[at], StringComparison.Ordinal) && (filter[at] == '.' || filter[at - 1] is 'e' or 'E');

    private static FilterToken Word(string filter, int start, out int end)
    {
        end = start + 1;
        while (end < filter.Length && (char.IsLetterOrDigit(filter[end]) || WordMarks.Contains(filter[end], StringComparison.Ordinal)))
            end++;
        return new FilterToken(FilterTokenKind.Word, filter[start..end], start);
    }

    private static FilterToken Symbol(string filter, int start, out int end)
    {
        var two = filter.AsSpan(start, Math.Min(2, filter.Length - start));
        end = start + (two is "!=" or "<=" or ">=" or "<>" or "==" ? 2 : 1);
        var text = filter[start..end];
        return text is "!=" or "<=" or ">=" or "<>" or "==" or "=" or "<" or ">" or "(" or ")" or "," or "."
            ? new FilterToken(FilterTokenKind.Symbol, text, start)
            : throw Wrong($"'{text}' is no operator", start);
    }

    /// <summary>What is wrong, and where.</summary>
    public static TrackingException Wrong(string what, int position) =>
        TrackingException.Invalid($"Invalid clause(s) in filter string: {what} (character {position + 1}).");
}
