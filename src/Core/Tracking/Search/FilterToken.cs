namespace Progeny.Core.Tracking.Search;

/// <summary>A token of a filter.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">Its text: of a quoted one what is between the quotes.</param>
/// <param name="Position">Where it begins, from 0.</param>
internal readonly record struct FilterToken(FilterTokenKind Kind, string Text, int Position);

/// <summary>The kinds of tokens.</summary>
internal enum FilterTokenKind
{
    /// <summary>A word: a keyword, or a part of a field.</summary>
    Word,

    /// <summary>A name in backticks.</summary>
    Quoted,

    /// <summary>A text in single quotes.</summary>
    Text,

    /// <summary>Something in double quotes: a text on the right, a name on the left.</summary>
    DoubleQuoted,

    /// <summary>A number.</summary>
    Number,

    /// <summary>An operator or a punctuation mark.</summary>
    Symbol,

    /// <summary>The end.</summary>
    End,
}
