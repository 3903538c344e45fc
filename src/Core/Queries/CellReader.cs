using System.Text;
using System.Text.Json;
using Progeny.Core.Manifests;

namespace Progeny.Core.Queries;

/// <summary>Reads the cells of a row, a field and a value each, into the columns of a schema.</summary>
internal static class CellReader
{
    private const int MaxCharactersOnStack = 128;
    private const string NoValue = "a value must be a number, a string, a boolean or null";

    /// <summary>Sets the value of a field, or notes what is wrong with it.</summary>
    /// <param name="field">The index of the field in the schema.</param>
    public static void Set(QueryRows rows, int row, int field, in JsonToken value)
    {
        var columns = rows.Features.Columns;
        ref var last = ref rows.LastRows[field];
        var error = last == row ? "the field appears more than once"
            : field >= columns.Count ? SetExtra(rows, row, field - columns.Count, value)
            : SetFeature(columns[field], row, value, rows.Schema.Limits);
        last = row;
        if (error is not null)
            rows.Features.Refuse(row, rows.Schema.NameOf(field), error);
    }

    /// <summary>Notes a field that the schema does not have.</summary>
    public static void RefuseUnknown(QueryRows rows, int row, in JsonToken field)
    {
        if (rows.Features.HasMostErrors)
            return;
        var name = field.GetString();
        rows.Features.Refuse(row, RequestReader.Shorten(name), $"there is no such field{rows.Schema.Among(name)}");
    }

    private static string? SetFeature(FeatureColumn column, int row, in JsonToken value, QueryLimits limits) => value.Type switch
    {
        JsonTokenType.Number => SetNumber(column, row, value, limits),
        JsonTokenType.String => SetText(column, row, value, limits),
        JsonTokenType.True => column.SetBoolean(row, true),
        JsonTokenType.False => column.SetBoolean(row, false),
        JsonTokenType.Null => null, // missing: whether it may be is known when augmentation has had its turn
        _ => NoValue,
    };

    private static string? SetText(FeatureColumn column, int row, in JsonToken value, QueryLimits limits)
    {
        if (TextProblem(value, limits) is { } problem)
            return problem;
        if (value.Raw.Length > MaxCharactersOnStack)
            return column.SetText(row, value.GetString());
        Span<char> text = stackalloc char[MaxCharactersOnStack];
        return column.SetText(row, text[..value.CopyTo(text)]);
    }

    /// <summary>What is wrong with the length of a text, which is shorter than its token where that is escaped.</summary>
    private static string? TextProblem(in JsonToken value, QueryLimits limits)
    {
        if (value.Raw.Length <= limits.MaxTextBytes)
            return null;
        var bytes = value.IsEscaped ? Encoding.UTF8.GetByteCount(value.GetString()) : value.Raw.Length;
        return bytes <= limits.MaxTextBytes ? null : limits.TooLong(bytes);
    }

    private static string? SetNumber(FeatureColumn column, int row, in JsonToken value, QueryLimits limits)
    {
        if (column.Feature.Type is FeatureType.Category or FeatureType.Text)
        {
            return value.Raw.Length > limits.MaxTextBytes
                ? limits.TooLong(value.Raw.Length)
                : column.SetText(row, Encoding.UTF8.GetString(value.Raw));
        }

        return column.Feature.Type == FeatureType.Int && value.TryGetInt64(out var integer)
            ? column.SetInteger(row, integer)
            : column.SetNumber(row, value.GetDouble());
    }

    private static string? SetExtra(QueryRows rows, int row, int extra, in JsonToken token)
    {
        object? value;
        switch (token.Type)
        {
            case JsonTokenType.Number when token.TryGetInt64(out var integer):
                value = integer;
                break;
            case JsonTokenType.Number when !token.Raw.ContainsAny(".eE"u8):
                var digits = RequestReader.Shorten(Encoding.UTF8.GetString(token.Raw));
                return $"{digits} has more digits than a whole number of 64 bits; as a text it would keep them";
            case JsonTokenType.Number when !double.IsFinite(token.GetDouble()):
                return "the number is out of the range of a 64-bit float";
            case JsonTokenType.Number:
                value = token.GetDouble();
                break;
            case JsonTokenType.String when TextProblem(token, rows.Schema.Limits) is { } problem:
                return problem;
            case JsonTokenType.String:
                value = token.GetString();
                break;
            case JsonTokenType.True or JsonTokenType.False:
                value = token.Type == JsonTokenType.True;
                break;
            case JsonTokenType.Null:
                value = null;
                break;
            default:
                return NoValue;
        }

        rows.SetExtra(row, extra, value);
        return null;
    }
}
