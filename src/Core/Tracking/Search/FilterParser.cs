using System.Collections.Immutable;
using System.Globalization;

namespace Progeny.Core.Tracking.Search;

/// <summary>
/// Parses filters by recursive descent: MLflow's grammar (comparisons joined by <c>AND</c>), and beyond it <c>OR</c>, <c>NOT</c>,
/// parentheses, <c>IS NULL</c> and <c>IS NOT NULL</c>.
/// </summary>
public sealed class FilterParser
{
    /// <summary>The longest filter.</summary>
    public const int MaxLength = 50_000;

    // Bounds the stack, and the statement that a filter becomes.
    private const int MaxDepth = 50;
    private const int MaxComparisons = 200;
    private const int MaxList = 5_000;

    private readonly SearchEntity _entity;
    private readonly List<FilterToken> _tokens;
    private int _at;
    private int _depth;
    private int _comparisons;

    private FilterParser(SearchEntity entity, string text)
    {
        if (text.Length > MaxLength)
            throw TrackingException.Invalid($"The filter has {text.Length} characters; it may have {MaxLength}.");
        _entity = entity;
        _tokens = FilterLexer.Read(text);
    }

    private FilterToken Next => _tokens[_at];

    /// <summary>Parses a filter; an empty one is null.</summary>
    /// <exception cref="TrackingException">It is wrong.</exception>
    public static FilterNode? Parse(SearchEntity entity, string? filter)
    {
        if (string.IsNullOrWhiteSpace(filter))
            return null;
        var parser = new FilterParser(entity, filter);
        var node = parser.ReadOr();
        return parser.Next.Kind == FilterTokenKind.End
            ? node
            : throw parser.Unexpected("AND, OR or the end");
    }

    /// <summary>Parses a term of an order: a field, and <c>ASC</c> or <c>DESC</c>.</summary>
    /// <exception cref="TrackingException">It is wrong.</exception>
    public static SearchOrder ParseOrder(SearchEntity entity, string term)
    {
        var parser = new FilterParser(entity, term);
        var field = parser.ReadField();
        var isDescending = parser.TakeWord("DESC");
        if (!isDescending)
            parser.TakeWord("ASC");
        if (parser.Next.Kind != FilterTokenKind.End)
            throw TrackingException.Invalid($"Invalid order_by clause '{term}': ASC, DESC or the end must follow the field.");
        return field.Kind is FieldKind.Dataset
            ? throw TrackingException.Invalid($"Invalid order_by clause '{term}': results cannot be ordered by datasets.")
            : new SearchOrder(field, isDescending);
    }

    private FilterNode ReadOr()
    {
        if (++_depth > MaxDepth)
            throw TrackingException.Invalid($"The filter has more than {MaxDepth} parentheses and NOTs within one another.");
        var nodes = ReadJoined("OR", () => ReadJoined("AND", ReadNot, isAnd: true), isAnd: false);
        _depth--;
        return nodes;
    }

    private FilterNode ReadJoined(string word, Func<FilterNode> read, bool isAnd)
    {
        var nodes = ImmutableArray.CreateBuilder<FilterNode>();
        do
            nodes.Add(read());
        while (TakeWord(word));
        return nodes.Count == 1 ? nodes[0] : new FilterGroup(isAnd, nodes.ToImmutable());
    }

    private FilterNode ReadNot()
    {
        if (IsWord(Next, "NOT"))
        {
            _at++;
            if (++_depth > MaxDepth)
                throw TrackingException.Invalid($"The filter has more than {MaxDepth} parentheses and NOTs within one another.");
            var node = ReadNot();
            _depth--;
            return new FilterNot(node);
        }

        if (!TakeSymbol("("))
            return ReadComparison();
        var inner = ReadOr();
        return TakeSymbol(")") ? inner : throw Unexpected("AND, OR or ')'");
    }

    private FilterComparison ReadComparison()
    {
        if (++_comparisons > MaxComparisons)
            throw TrackingException.Invalid($"The filter has more than {MaxComparisons} comparisons.");
        var field = ReadField();
        var place = Next;
        var operation = ReadOperator();
        Check(field, operation, place);
        var comparison = new FilterComparison(field, operation);
        return operation switch
        {
            FilterOperator.IsNull or FilterOperator.IsNotNull => comparison,
            FilterOperator.In or FilterOperator.NotIn => comparison with { List = ReadList(field) },
            _ when field.IsNumber => comparison with { Number = ReadNumber(field) },
            _ => comparison with { Text = ReadText(field) },
        };
    }

    private FilterField ReadField()
    {
        var first = Next;
        var name = ReadName("a field such as metrics.loss, params.depth, tags.`mlflow.source.name` or an attribute");
        if (!TakeSymbol("."))
            return Find(null, name, first);
        var key = ReadName("a name");
        // A name without quotes may have dots itself.
        while (TakeSymbol("."))
            key = $"{key}.{ReadName("a name")}";
        return Find(name, key, first);
    }

    private FilterField Find(string? prefix, string key, FilterToken at)
    {
        var (field, problem) = _entity.Find(prefix, key);
        return field ?? throw FilterLexer.Wrong(problem!, at.Position);
    }

    private string ReadName(string expected)
    {
        if (Next.Kind is not (FilterTokenKind.Word or FilterTokenKind.Quoted or FilterTokenKind.DoubleQuoted))
            throw Unexpected(expected);
        return _tokens[_at++].Text;
    }

    private FilterOperator ReadOperator()
    {
        var token = _tokens[_at++];
        switch (token.Kind, token.Text)
        {
            case (FilterTokenKind.Symbol, "=" or "=="):
                return FilterOperator.Equal;
            case (FilterTokenKind.Symbol, "!=" or "<>"):
                return FilterOperator.NotEqual;
            case (FilterTokenKind.Symbol, "<"):
                return FilterOperator.Less;
            case (FilterTokenKind.Symbol, "<="):
                return FilterOperator.LessOrEqual;
            case (FilterTokenKind.Symbol, ">"):
                return FilterOperator.Greater;
            case (FilterTokenKind.Symbol, ">="):
                return FilterOperator.GreaterOrEqual;
            case (FilterTokenKind.Word, _) when IsWord(token, "LIKE"):
                return FilterOperator.Like;
            case (FilterTokenKind.Word, _) when IsWord(token, "ILIKE"):
                return FilterOperator.ILike;
            case (FilterTokenKind.Word, _) when IsWord(token, "IN"):
                return FilterOperator.In;
            case (FilterTokenKind.Word, _) when IsWord(token, "NOT") && TakeWord("IN"):
                return FilterOperator.NotIn;
            case (FilterTokenKind.Word, _) when IsWord(token, "IS"):
                var isNot = TakeWord("NOT");
                if (TakeWord("NULL"))
                    return isNot ? FilterOperator.IsNotNull : FilterOperator.IsNull;
                break;
            default:
                break;
        }

        throw FilterLexer.Wrong(
            $"'{token.Text}' is no comparison; =, !=, <, <=, >, >=, LIKE, ILIKE, IN, NOT IN, IS NULL and IS NOT NULL are", token.Position);
    }

    private static void Check(FilterField field, FilterOperator operation, FilterToken at)
    {
        var isOrder = operation
            is FilterOperator.Less or FilterOperator.LessOrEqual or FilterOperator.Greater or FilterOperator.GreaterOrEqual;
        var isText = operation is FilterOperator.Like or FilterOperator.ILike or FilterOperator.In or FilterOperator.NotIn;
        if ((isOrder && !field.IsNumber) || (isText && field.IsNumber))
        {
            throw FilterLexer.Wrong(
                $"'{at.Text}' does not compare '{field.Key}', whose values are {(field.IsNumber ? "numbers" : "texts")}", at.Position);
        }
    }

    private double ReadNumber(FilterField field)
    {
        if (Next.Kind != FilterTokenKind.Number)
            throw Unexpected($"a number for '{field.Key}', without quotes");
        return double.Parse(_tokens[_at++].Text, NumberStyles.Float, CultureInfo.InvariantCulture);
    }

    private string ReadText(FilterField field)
    {
        if (Next.Kind is not (FilterTokenKind.Text or FilterTokenKind.DoubleQuoted))
            throw Unexpected($"a text in quotes for '{field.Key}', such as 'my-value'");
        return _tokens[_at++].Text;
    }

    private ImmutableArray<string> ReadList(FilterField field)
    {
        if (!TakeSymbol("("))
            throw Unexpected("a list such as ('a', 'b')");
        var list = ImmutableArray.CreateBuilder<string>();
        do
        {
            if (list.Count > 0 && Next is { Kind: FilterTokenKind.Symbol, Text: ")" })
                break;
            list.Add(ReadText(field));
            if (list.Count > MaxList)
                throw TrackingException.Invalid($"A list of the filter has more than {MaxList} values.");
        }
        while (TakeSymbol(","));
        return TakeSymbol(")") ? list.ToImmutable() : throw Unexpected("',' or ')'");
    }

    private bool TakeWord(string word)
    {
        if (!IsWord(Next, word))
            return false;
        _at++;
        return true;
    }

    private bool TakeSymbol(string symbol)
    {
        if (Next.Kind != FilterTokenKind.Symbol || Next.Text != symbol)
            return false;
        _at++;
        return true;
    }

    private static bool IsWord(FilterToken token, string word) =>
        token.Kind == FilterTokenKind.Word && token.Text.Equals(word, StringComparison.OrdinalIgnoreCase);

    private TrackingException Unexpected(string expected) => FilterLexer.Wrong(
        Next.Kind == FilterTokenKind.End ? $"it ends where {expected} should follow" : $"'{Next.Text}' stands where {expected} should be",
        Next.Position);
}
