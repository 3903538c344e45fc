using System.Collections.Immutable;
using System.Text.Json;
using Progeny.Abstractions.Queries;
using Progeny.Core.Queries;

namespace Progeny.Core.Serving.Requests;

/// <summary>Reads the protocol's inference request straight into tensors.</summary>
internal static class InferRequestReader
{
    internal const int MaxExtents = 64;

    /// <param name="body">The whole body. Binary tensors are slices of it: it must stay as it is for as long as they are in use.</param>
    /// <param name="header">The value of the header <see cref="BinaryPart.Header"/>; null: it is not there.</param>
    /// <returns>The request, or what is wrong with it.</returns>
    public static (InferRequest? Request, string? Error) Read(ReadOnlyMemory<byte> body, string? header)
    {
        Utf8JsonReader reader = default;
        try
        {
            var binary = BinaryPart.Of(body, header);
            reader = new Utf8JsonReader(binary.Json.Span);
            return (ReadRequest(ref reader, binary), null);
        }
        catch (InferRequestException exception)
        {
            return (null, exception.Message);
        }
        catch (JsonException exception)
        {
            return (null, $"The request is no JSON: {exception.Message}");
        }
        catch (InvalidOperationException exception)
        {
            // What Utf8JsonReader throws for text that is no valid UTF-8 or holds half a surrogate pair.
            return (null, $"The request holds a text that is no valid UTF-8 at byte {reader.TokenStartIndex}: {exception.Message}");
        }
    }

    private static InferRequest ReadRequest(ref Utf8JsonReader reader, BinaryPart binary)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new InferRequestException(
                "The request must be a JSON object like {\"inputs\": [{\"name\": …, \"shape\": […], \"datatype\": …, \"data\": […]}]}.");
        var query = new InferQuery { Inputs = [] };
        var inBinary = default(BinaryOutputs);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (NextProperty(ref reader, out var name))
        {
            if (!seen.Add(name))
                throw new InferRequestException($"'{InferChecks.Shorten(name)}' appears more than once.");
            switch (name)
            {
                case "id" or "parameters" or "inputs" or "outputs" when reader.TokenType == JsonTokenType.Null:
                    break;
                case "id":
                    query = query with
                    {
                        QueryId = reader.TokenType == JsonTokenType.String
                            ? InferChecks.QueryId(reader.GetString()!)
                            : ReadId(ref reader, "id"),
                    };
                    break;
                case "inputs":
                    query = query with { Inputs = ReadInputs(ref reader, binary) };
                    break;
                case "outputs":
                    (query, inBinary) = ReadOutputs(ref reader, query, inBinary);
                    break;
                case "parameters":
                    (query, inBinary) = ReadParameters(ref reader, query, inBinary);
                    break;
                default:
                    throw new InferRequestException(
                        $"'{InferChecks.Shorten(name)}' is no part of a request; the parts are id, parameters, inputs, outputs.");
            }
        }

        if (reader.Read())
            throw new InferRequestException("The request goes on behind its end.");
        binary.End();
        return new InferRequest(query, inBinary);
    }

    private static bool NextProperty(ref Utf8JsonReader reader, out string name)
    {
        name = "";
        if (!reader.Read() || reader.TokenType != JsonTokenType.PropertyName)
            return false;
        name = reader.GetString()!;
        reader.Read();
        return true;
    }

    private static string ReadId(ref Utf8JsonReader reader, string what) =>
        InferChecks.Id(reader.TokenType == JsonTokenType.String ? reader.GetString()! : "", what);

    /// <summary>Other parameters would change the answer (a sequence, a priority): they are refused, not passed over.</summary>
    private static (InferQuery Query, BinaryOutputs Binary) ReadParameters(
        ref Utf8JsonReader reader, InferQuery query, BinaryOutputs binary)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new InferRequestException("'parameters' must be an object.");
        while (NextProperty(ref reader, out var name))
        {
            if (name == "entity")
                query = query with { Entity = ReadId(ref reader, "parameters.entity") };
            else if (name == "binary_data_output")
                binary = binary with { Default = ReadFlag(ref reader, "parameters.binary_data_output") };
            else
                throw InferChecks.NotServed("parameters", name, "entity and binary_data_output");
        }

        return (query, binary);
    }

    private static bool ReadFlag(ref Utf8JsonReader reader, string what) => reader.TokenType is JsonTokenType.True or JsonTokenType.False
        ? reader.TokenType == JsonTokenType.True
        : throw new InferRequestException($"'{what}' must be true or false, or be left out.");

    private static (InferQuery Query, BinaryOutputs Binary) ReadOutputs(ref Utf8JsonReader reader, InferQuery query, BinaryOutputs binary)
    {
        var outputs = ImmutableArray.CreateBuilder<string>();
        Dictionary<string, bool>? flags = null;
        if (reader.TokenType != JsonTokenType.StartArray)
            throw new InferRequestException("'outputs' must be an array of objects with a 'name'.");
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            string? output = null;
            bool? flag = null;
            while (NextProperty(ref reader, out var name))
            {
                if (name == "name" && reader.TokenType == JsonTokenType.String)
                    output = InferChecks.Name(reader.GetString()!, "outputs", outputs.Count);
                else if (name == "parameters" && reader.TokenType == JsonTokenType.StartObject)
                    flag = ReadOutputParameters(ref reader, outputs.Count);
                else if (name != "parameters" || reader.TokenType != JsonTokenType.Null)
                    throw new InferRequestException(
                        $"outputs[{outputs.Count}].{InferChecks.Shorten(name)} is no part of an output, or of the wrong type; an output has a 'name' "
                            + "and 'parameters'.");
            }

            outputs.Add(output ?? throw new InferRequestException($"outputs[{outputs.Count}] has no 'name'."));
            if (flag is { } wanted)
                (flags ??= new(StringComparer.Ordinal))[output] = wanted;
        }

        return reader.TokenType == JsonTokenType.EndArray
            ? (query with { Outputs = outputs.Distinct(StringComparer.Ordinal).ToImmutableArray() }, binary with { ByName = flags })
            : throw new InferRequestException($"outputs[{outputs.Count}] must be an object with a 'name'.");
    }

    private static bool? ReadOutputParameters(ref Utf8JsonReader reader, int index)
    {
        bool? flag = null;
        while (NextProperty(ref reader, out var name))
        {
            if (name != "binary_data")
                throw InferChecks.NotServed($"outputs[{index}].parameters", name, "binary_data");
            flag = ReadFlag(ref reader, $"outputs[{index}].parameters.binary_data");
        }

        return flag;
    }

    private static ImmutableArray<Tensor> ReadInputs(ref Utf8JsonReader reader, BinaryPart binary)
    {
        var inputs = ImmutableArray.CreateBuilder<Tensor>();
        if (reader.TokenType != JsonTokenType.StartArray)
            throw new InferRequestException("'inputs' must be an array of tensors.");
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
            inputs.Add(ReadInput(ref reader, inputs.Count, binary));
        return reader.TokenType == JsonTokenType.EndArray
            ? inputs.ToImmutable()
            : throw new InferRequestException($"inputs[{inputs.Count}] must be an object with 'name', 'shape', 'datatype' and 'data'.");
    }

    private static Tensor ReadInput(ref Utf8JsonReader reader, int index, BinaryPart binary)
    {
        string? name = null;
        DataType? type = null;
        ImmutableArray<long>? shape = null;
        // The data may come before the type and the shape that say how to read it: remember where it starts.
        Utf8JsonReader data = default;
        var hasData = false;
        var dataBytes = 0;
        long? binarySize = null;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (NextProperty(ref reader, out var property))
        {
            if (!seen.Add(property))
                throw new InferRequestException($"inputs[{index}].{InferChecks.Shorten(property)} appears more than once.");
            switch (property)
            {
                case "name" when reader.TokenType == JsonTokenType.String:
                    name = InferChecks.Name(reader.GetString()!, "inputs", index);
                    break;
                case "datatype" when reader.TokenType == JsonTokenType.String:
                    var text = reader.GetString()!;
                    type = ElementTypes.TryParse(text, out var parsed)
                        ? parsed
                        : throw new InferRequestException(
                            $"inputs[{index}].datatype '{InferChecks.Shorten(text)}' is no datatype; one of {ElementTypes.Names} is.");
                    break;
                case "shape":
                    shape = ReadShape(ref reader, index);
                    break;
                case "data":
                    data = reader;
                    hasData = true;
                    reader.Skip();
                    dataBytes = (int)(reader.BytesConsumed - data.BytesConsumed) + 1;
                    break;
                case "parameters" when reader.TokenType == JsonTokenType.StartObject:
                    binarySize = ReadBinarySize(ref reader, index);
                    break;
                case "parameters" when reader.TokenType == JsonTokenType.Null:
                    break;
                default:
                    throw new InferRequestException(
                        $"inputs[{index}].{InferChecks.Shorten(property)} is no part of an input, or of the wrong type; an input has 'name', 'shape', "
                            + "'datatype', 'parameters' and 'data'.");
            }
        }

        if (name is null || type is null || shape is null || !(hasData || binarySize is not null))
        {
            var missing = name is null ? "name" : type is null ? "datatype" : shape is null ? "shape" : "data";
            throw new InferRequestException(
                $"inputs[{index}] ({name ?? "unnamed"}) has no '{missing}'; an input has 'name', 'shape', 'datatype' and 'data' (or the "
                    + "parameter binary_data_size and binary data).");
        }

        if (binarySize is { } size)
        {
            return hasData
                ? throw new InferRequestException($"Input '{name}' has both 'data' and binary_data_size {size}; it may have one of them.")
                : binary.Take(name, type.Value, shape.Value, size);
        }

        return TensorDataReader.Read(ref data, name, type.Value, shape.Value, dataBytes);
    }

    private static long? ReadBinarySize(ref Utf8JsonReader reader, int index)
    {
        long? size = null;
        while (NextProperty(ref reader, out var name))
        {
            if (name != "binary_data_size")
                throw InferChecks.NotServed($"inputs[{index}].parameters", name, "binary_data_size");
            if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var value) && value >= 0)
                size = value;
            else
                throw new InferRequestException(
                    $"inputs[{index}].parameters.binary_data_size must be an integer from 0: the number of the input's bytes behind the "
                        + "JSON.");
        }

        return size;
    }

    private static ImmutableArray<long> ReadShape(ref Utf8JsonReader reader, int index)
    {
        var shape = ImmutableArray.CreateBuilder<long>();
        if (reader.TokenType != JsonTokenType.StartArray)
            throw new InferRequestException($"inputs[{index}].shape must be an array of extents.");
        while (reader.Read() && reader.TokenType == JsonTokenType.Number)
        {
            if (!reader.TryGetInt64(out var extent) || extent < 0)
                throw new InferRequestException($"inputs[{index}].shape[{shape.Count}] must be an integer from 0.");
            if (shape.Count == MaxExtents)
                throw new InferRequestException(
                    $"inputs[{index}].shape has more than {MaxExtents} extents, the most that a tensor may have.");
            shape.Add(extent);
        }

        return reader.TokenType == JsonTokenType.EndArray
            ? shape.ToImmutable()
            : throw new InferRequestException($"inputs[{index}].shape must be an array of extents.");
    }
}
