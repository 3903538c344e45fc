using System.Buffers;
using System.Text;
using System.Text.Json;
using Microsoft.ML.OnnxRuntime;

namespace Progeny.Floor;

/// <summary>The rows of one request, read from JSON straight into a column a feature. Trusts its input.</summary>
internal sealed class Rows
{
    private readonly float[]?[] numbers;
    private readonly string[]?[] texts;
    private int capacity = 1;

    private Rows(FeatureSettings[] features)
    {
        numbers = Array.ConvertAll(features, feature => feature.IsText ? null : new float[1]);
        texts = Array.ConvertAll(features, feature => feature.IsText ? new string[1] : null);
    }

    public int Count { get; private set; }

    /// <summary>Reads <c>{"rows": [{field: value, …}, …]}</c>.</summary>
    public static Rows Read(in ReadOnlySequence<byte> body, FeatureSettings[] features, byte[][] names)
    {
        var reader = new Utf8JsonReader(body);
        var rows = new Rows(features);
        while (reader.Read() && reader.TokenType != JsonTokenType.StartArray)
        {
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
            rows.ReadRow(ref reader, names);
        return rows;
    }

    /// <summary>The column as a tensor of shape <c>[rows, 1]</c>.</summary>
    public OrtValue ToColumn(int feature)
    {
        long[] shape = [Count, 1];
        if (numbers[feature] is { } column)
            return OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, column.AsMemory(0, Count), shape);
        var value = OrtValue.CreateTensorWithEmptyStrings(OrtAllocator.DefaultInstance, shape);
        for (var row = 0; row < Count; row++)
            value.StringTensorSetElementAt(texts[feature]![row].AsSpan(), row);
        return value;
    }

    /// <summary>All columns as one matrix of shape <c>[rows, features]</c>.</summary>
    public OrtValue ToMatrix()
    {
        var matrix = new float[Count * numbers.Length];
        for (var row = 0; row < Count; row++)
        {
            for (var feature = 0; feature < numbers.Length; feature++)
                matrix[(row * numbers.Length) + feature] = numbers[feature]![row];
        }

        return OrtValue.CreateTensorValueFromMemory(matrix, [Count, numbers.Length]);
    }

    private void ReadRow(ref Utf8JsonReader reader, byte[][] names)
    {
        if (Count == capacity)
            Grow();
        var expected = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            // Clients send the fields in the same order every time.
            var feature = expected < names.Length && reader.ValueTextEquals(names[expected]) ? expected : Find(ref reader, names);
            expected = feature + 1;
            reader.Read();
            if (numbers[feature] is { } column)
                column[Count] = (float)reader.GetDouble();
            else
                texts[feature]![Count] = reader.GetString()!;
        }

        Count++;
    }

    private static int Find(ref Utf8JsonReader reader, byte[][] names)
    {
        for (var feature = 0; feature < names.Length; feature++)
        {
            if (reader.ValueTextEquals(names[feature]))
                return feature;
        }

        throw new InvalidDataException(
            $"There is no field '{reader.GetString()}'; there are {string.Join(", ", names.Select(Encoding.UTF8.GetString))}.");
    }

    private void Grow()
    {
        capacity *= 2;
        for (var feature = 0; feature < numbers.Length; feature++)
        {
            if (numbers[feature] is not null)
                Array.Resize(ref numbers[feature], capacity);
            else
                Array.Resize(ref texts[feature], capacity);
        }
    }
}
