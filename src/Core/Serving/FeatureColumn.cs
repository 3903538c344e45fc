using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using Progeny.Abstractions.Serving;
using Progeny.Core.Lifecycle;

namespace Progeny.Core.Serving;

/// <summary>The values of one feature for the rows of a query, checked against the schema, on their way to a tensor.</summary>
public sealed class FeatureColumn
{
    private readonly DataType type;
    // Whole numbers and booleans are kept as they are, also where the tensor carries them as floats: the log and augmentation read them.
    private readonly int width;
    private byte[] data;
    private string[] strings;
    private bool[] present;
    private bool[]? augmented;
    private Dictionary<int, object?>? originals;

    public FeatureColumn(Feature feature, int capacity)
    {
        Feature = feature;
        type = FeatureTensors.TypeOf(feature);
        width = feature.Type switch { FeatureType.Float => 4, FeatureType.Int => 8, FeatureType.Bool => 1, _ => 0 };
        data = width == 0 ? [] : new byte[capacity * width];
        strings = width == 0 ? new string[capacity] : [];
        present = new bool[capacity];
    }

    public Feature Feature { get; }

    /// <summary>How many rows have a value that is not missing.</summary>
    public int Present { get; private set; }

    /// <summary>Makes room for rows, all of them missing until they are set.</summary>
    public void EnsureCapacity(int rows)
    {
        if (rows <= present.Length)
            return;
        var capacity = Math.Max(rows, present.Length * 2);
        Array.Resize(ref present, capacity);
        if (width == 0)
            Array.Resize(ref strings, capacity);
        else
            Array.Resize(ref data, capacity * width);
    }

    public bool IsMissing(int row) => !present[row];

    /// <summary>Whether the row's value came from augmentation, not from the client.</summary>
    public bool IsAugmented(int row) => augmented is not null && augmented[row];

    /// <summary>Sets a value that augmentation obtained; returns what is wrong with it, or null.</summary>
    public string? Augment(int row, object? value)
    {
        (augmented ??= new bool[present.Length])[row] = true;
        return value is null ? null : Set(row, value);
    }

    /// <summary>Puts a value in the place of the row's own, which stays known; null leaves it missing. Returns what is wrong with it, or null.</summary>
    public string? Replace(int row, object? value)
    {
        if (!IsAugmented(row))
            (originals ??= []).TryAdd(row, Get(row));
        (augmented ??= new bool[present.Length])[row] = true;
        if (value is not null and not "")
            return Set(row, value);
        if (present[row])
            Present--;
        present[row] = false;
        if (width == 0)
            strings[row] = "";
        return null;
    }

    /// <summary>The value that the client gave where it has been replaced.</summary>
    public bool TryGetOriginal(int row, out object? value)
    {
        value = null;
        return originals is not null && originals.TryGetValue(row, out value);
    }

    /// <summary>Sets a number; returns what is wrong with it, or null.</summary>
    public string? SetNumber(int row, double value)
    {
        switch (Feature.Type)
        {
            case FeatureType.Float:
                if (double.IsNaN(value))
                    return SetMissing();
                if (!float.IsFinite((float)value))
                    return $"{Text(value)} is out of the range of a 32-bit float";
                break;
            case FeatureType.Int:
                if (value != Math.Truncate(value))
                    return $"{Text(value)} is not an integer";
                if (Math.Abs(value) > 1L << 53)
                    return $"{Text(value)} is too large to be exact; an integer in digits, from {long.MinValue} to {long.MaxValue}, would be right";
                return SetInteger(row, (long)value);
            case FeatureType.Bool:
                return value is 0 or 1 ? SetBoolean(row, value == 1) : $"{Text(value)} is not a boolean; true or false is";
            default:
                return SetText(row, Text(value));
        }

        if (RangeError(value) is { } error)
            return error;
        BinaryPrimitives.WriteSingleLittleEndian(data.AsSpan(row * 4), (float)value);
        Mark(row);
        return null;
    }

    /// <summary>Sets an integer; returns what is wrong with it, or null.</summary>
    public string? SetInteger(int row, long value)
    {
        if (Feature.Type != FeatureType.Int)
            return Feature.Type is FeatureType.Category or FeatureType.Text
                ? SetText(row, value.ToString(CultureInfo.InvariantCulture))
                : SetNumber(row, value);
        if (RangeError(value) is { } error)
            return error;
        BinaryPrimitives.WriteInt64LittleEndian(data.AsSpan(row * 8), value);
        Mark(row);
        return null;
    }

    /// <summary>Sets a boolean; returns what is wrong with it, or null.</summary>
    public string? SetBoolean(int row, bool value)
    {
        switch (Feature.Type)
        {
            case FeatureType.Bool:
                data[row] = value ? (byte)1 : (byte)0;
                Mark(row);
                return null;
            case FeatureType.Category or FeatureType.Text:
                return SetText(row, value ? "true" : "false");
            default:
                return $"{(value ? "true" : "false")} is not {Article(Feature.Type)}";
        }
    }

    /// <summary>Sets a string; returns what is wrong with it, or null. The empty string is a missing value.</summary>
    public string? SetText(int row, string value)
    {
        if (Feature.Type is not (FeatureType.Category or FeatureType.Text))
            return $"the text '{Shorten(value)}' is not {Article(Feature.Type)}";
        if (value.Length == 0)
            return SetMissing();
        if (Feature.Values is { } values && !values.Contains(value, StringComparer.Ordinal))
            return $"'{Shorten(value)}' is not allowed; one of {string.Join(", ", values.Take(20).Select(v => $"'{v}'"))}{(values.Count > 20 ? ", …" : "")} is";
        strings[row] = value;
        Mark(row);
        return null;
    }

    /// <summary>Leaves a value missing; returns what is wrong with that, or null.</summary>
    public string? SetMissing() => Feature.Nullable ? null : $"a value is required: '{Feature.Name}' is not nullable";

    /// <summary>Sets a value as feeds and tests carry it: null, bool, long, double or string.</summary>
    public string? Set(int row, object? value) => value switch
    {
        null => SetMissing(),
        bool boolean => SetBoolean(row, boolean),
        long integer => SetInteger(row, integer),
        int integer => SetInteger(row, integer),
        double number => SetNumber(row, number),
        float number => SetNumber(row, number),
        string text => SetText(row, text),
        _ => $"a {value.GetType().Name} is not a value that a feature can have",
    };

    /// <summary>The value of a row as feeds and tests carry it; null where it is missing.</summary>
    public object? Get(int row)
    {
        if (!present[row])
            return null;
        return Feature.Type switch
        {
            FeatureType.Float => BinaryPrimitives.ReadSingleLittleEndian(data.AsSpan(row * 4)),
            FeatureType.Int => BinaryPrimitives.ReadInt64LittleEndian(data.AsSpan(row * 8)),
            FeatureType.Bool => data[row] != 0,
            _ => strings[row],
        };
    }

    /// <summary>Whether any row's value may come from augmentation or a rule; false: none does.</summary>
    public bool HasAugmented => augmented is not null;

    /// <summary>Whether any row's value may have been replaced; false: none was.</summary>
    public bool HasOriginals => originals is not null;

    /// <summary>The number in a row of a <see cref="FeatureType.Float"/> that is not missing.</summary>
    public float GetFloat(int row) => BinaryPrimitives.ReadSingleLittleEndian(data.AsSpan(row * 4));

    /// <summary>The number in a row of an <see cref="FeatureType.Int"/> that is not missing.</summary>
    public long GetInt64(int row) => BinaryPrimitives.ReadInt64LittleEndian(data.AsSpan(row * 8));

    /// <summary>The value in a row of a <see cref="FeatureType.Bool"/> that is not missing.</summary>
    public bool GetBoolean(int row) => data[row] != 0;

    /// <summary>The text in a row of a category or text that is not missing.</summary>
    public string GetText(int row) => strings[row];

    /// <summary>The value of a row as expressions take it; null where it is missing.</summary>
    public SqlValue GetSql(int row)
    {
        if (!present[row])
            return default;
        return Feature.Type switch
        {
            FeatureType.Float => SqlValue.From((double)BinaryPrimitives.ReadSingleLittleEndian(data.AsSpan(row * 4))),
            FeatureType.Int => SqlValue.From(BinaryPrimitives.ReadInt64LittleEndian(data.AsSpan(row * 8))),
            FeatureType.Bool => SqlValue.From(data[row] != 0),
            _ => SqlValue.From(strings[row]),
        };
    }

    /// <summary>The column as a tensor of shape <c>[rows, 1]</c>; the column must not be changed afterwards.</summary>
    public Tensor ToTensor(int rows)
    {
        if (width == 0)
        {
            for (var row = 0; row < rows; row++)
                strings[row] ??= "";
            if (strings.Length != rows)
                Array.Resize(ref strings, rows);
            return new Tensor { Name = Feature.Name, Type = type, Shape = [rows, 1], Strings = ImmutableCollectionsMarshal.AsImmutableArray(strings) };
        }

        return new Tensor { Name = Feature.Name, Type = type, Shape = [rows, 1], Data = type == DataType.Fp32 ? ToFloats(rows) : data.AsMemory(0, rows * width) };
    }

    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static string Shorten(string text) => text.Length <= 40 ? text : text[..40] + "…";

    private static string Article(FeatureType type) => type switch
    {
        FeatureType.Float => "a number",
        FeatureType.Int => "an integer",
        FeatureType.Bool => "a boolean",
        _ => "a string",
    };

    private string? RangeError(double value)
    {
        if (value < Feature.Min)
            return $"{Text(value)} is below the least value allowed, {Text(Feature.Min.Value)}";
        return value > Feature.Max ? $"{Text(value)} is above the greatest value allowed, {Text(Feature.Max.Value)}" : null;
    }

    /// <summary>The values as 32-bit floats, NaN where one is missing.</summary>
    private Memory<byte> ToFloats(int rows)
    {
        if (Feature.Type == FeatureType.Float && Present >= rows)
            return data.AsMemory(0, rows * 4);
        var bytes = Feature.Type == FeatureType.Float ? data : new byte[rows * 4];
        var floats = MemoryMarshal.Cast<byte, float>(bytes.AsSpan(0, rows * 4));
        for (var row = 0; row < rows; row++)
        {
            if (!present[row])
                floats[row] = float.NaN;
            else if (Feature.Type == FeatureType.Int)
                floats[row] = BinaryPrimitives.ReadInt64LittleEndian(data.AsSpan(row * 8));
            else if (Feature.Type == FeatureType.Bool)
                floats[row] = data[row];
        }

        return bytes.AsMemory(0, rows * 4);
    }

    private void Mark(int row)
    {
        if (!present[row])
            Present++;
        present[row] = true;
    }
}
