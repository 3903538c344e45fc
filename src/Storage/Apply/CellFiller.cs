using System.Globalization;
using System.Text;
using DuckDB.NET.Native;
using Progeny.Core.Apply;
using Progeny.Core.Common;
using Progeny.Core.Manifests;
using Progeny.Core.Queries;

namespace Progeny.Storage.Apply;

/// <summary>
/// Sets the values of one field of a project from a column of the input. A value is taken as the same value in the JSON of a query is; a
/// text in the place of a number or a boolean is read as one, since files of text have nothing else.
/// </summary>
/// <param name="type">The type of the column.</param>
/// <param name="field">The index of the field in the schema.</param>
internal sealed class CellFiller(DuckDBType type, int field, QuerySchema schema)
{
    private const int MaxCharactersOnStack = 128;
    private const long MaxExact = 1L << 53;

    /// <summary>Sets the values of rows; what does not fit is noted with the answers, the value stays missing.</summary>
    public void Fill(in InputVector from, int offset, QueryRows rows, ApplyAnswers answers)
    {
        var column = field < rows.Features.Columns.Count ? rows.Features.Columns[field] : null;
        var name = schema.NameOf(field);
        var hasNulls = !from.HasNoNulls;
        for (var row = 0; row < answers.Rows; row++)
        {
            if (hasNulls && from.IsNull(offset + row))
                continue;
            if (!hasNulls && column is not null)
            {
                row += SetRun(from, offset + row, column, row, answers.Rows - row);
                if (row == answers.Rows)
                    break;
            }

            var problem = column is null ? SetExtra(from, offset + row, rows, row) : Set(from, offset + row, column, row);
            if (problem is not null)
                answers.Refuse(row, $"{name}: {(schema.Redacted.Contains(name) ? FeatureBatchBuilder.Hidden : problem)}");
        }
    }

    /// <summary>Sets the values of rows at once, up to one that needs more care.</summary>
    /// <returns>How many were set.</returns>
    private int SetRun(in InputVector from, int at, FeatureColumn column, int row, int count) => type switch
    {
        DuckDBType.Double => column.SetNumbers(row, from.Values<double>(at, count)),
        DuckDBType.BigInt => column.SetIntegers(row, from.Values<long>(at, count)),
        _ => 0,
    };

    private string? Set(in InputVector from, int at, FeatureColumn column, int row) => type switch
    {
        DuckDBType.Double => from.Get<double>(at) is var number && double.IsNaN(number) ? null : column.SetNumber(row, number),
        DuckDBType.Float => SetFloat(from.Get<float>(at), column, row),
        DuckDBType.Boolean => column.SetBoolean(row, from.Get<byte>(at) != 0),
        DuckDBType.UnsignedBigInt when from.Get<ulong>(at) > long.MaxValue => column.SetNumber(row, from.Get<ulong>(at)),
        DuckDBType.Varchar => SetText(from.Text(at), column, row),
        _ => column.SetInteger(row, GetInteger(from, at)),
    };

    private static string? SetFloat(float number, FeatureColumn column, int row) =>
        float.IsNaN(number) ? null
        : column.Feature.Type is FeatureType.Category or FeatureType.Text ? column.SetText(row, ValueText.Of(number))
        : column.SetNumber(row, number);

    private string? SetText(ReadOnlySpan<byte> utf8, FeatureColumn column, int row)
    {
        if (utf8.Length == 0)
            return null; // missing: whether it may be is known when augmentation has had its turn
        if (utf8.Length > schema.Limits.MaxTextBytes)
            return schema.Limits.TooLong(utf8.Length);
        if (utf8.Length > MaxCharactersOnStack)
            return SetText(Encoding.UTF8.GetString(utf8).AsSpan(), column, row);
        Span<char> text = stackalloc char[MaxCharactersOnStack];
        return SetText(text[..Encoding.UTF8.GetChars(utf8, text)], column, row);
    }

    private static string? SetText(ReadOnlySpan<char> text, FeatureColumn column, int row)
    {
        switch (column.Feature.Type)
        {
            case FeatureType.Int when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer):
                return column.SetInteger(row, integer);
            case FeatureType.Int or FeatureType.Float
                when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number):
                return double.IsNaN(number) ? null : column.SetNumber(row, number);
            case FeatureType.Bool when text is "0" or "1" || bool.TryParse(text, out _):
                return column.SetBoolean(row, text is "1" || text.Equals("true", StringComparison.OrdinalIgnoreCase));
            default:
                return column.SetText(row, text);
        }
    }

    /// <summary>Sets a field that is no feature: as JSON rows carry it, whole numbers as such, so that a feed is asked alike.</summary>
    private string? SetExtra(in InputVector from, int at, QueryRows rows, int row)
    {
        object? value;
        switch (type)
        {
            case DuckDBType.Double:
                value = OfNumber(from.Get<double>(at));
                break;
            case DuckDBType.Float:
                value = OfNumber(ShortestDouble.Of(from.Get<float>(at)));
                break;
            case DuckDBType.Boolean:
                value = from.Get<byte>(at) != 0;
                break;
            case DuckDBType.UnsignedBigInt when from.Get<ulong>(at) > long.MaxValue:
                return $"{from.Get<ulong>(at)} has more digits than a whole number of 64 bits with a sign; as a text it would keep them";
            case DuckDBType.Varchar:
                var text = from.Text(at);
                if (text.Length > schema.Limits.MaxTextBytes)
                    return schema.Limits.TooLong(text.Length);
                value = Encoding.UTF8.GetString(text);
                break;
            default:
                value = GetInteger(from, at);
                break;
        }

        rows.SetExtra(row, field - schema.Features.Count, value);
        return null;
    }

    private static object? OfNumber(double number) => !double.IsFinite(number) ? null
        : number == Math.Truncate(number) && Math.Abs(number) <= MaxExact ? (long)number
        : number;

    private long GetInteger(in InputVector from, int at) => type switch
    {
        DuckDBType.TinyInt => from.Get<sbyte>(at),
        DuckDBType.SmallInt => from.Get<short>(at),
        DuckDBType.Integer => from.Get<int>(at),
        DuckDBType.BigInt => from.Get<long>(at),
        DuckDBType.UnsignedTinyInt => from.Get<byte>(at),
        DuckDBType.UnsignedSmallInt => from.Get<ushort>(at),
        DuckDBType.UnsignedInteger => from.Get<uint>(at),
        DuckDBType.UnsignedBigInt => (long)from.Get<ulong>(at),
        _ => throw new InvalidOperationException($"A {type} is no integer."),
    };
}
