using System.Collections.Immutable;
using Progeny.Abstractions.Queries;
using Progeny.Core.Queries;
using static Progeny.Core.Serving.Requests.Protobuf.InferFields;

namespace Progeny.Core.Serving.Requests.Protobuf;

/// <summary>
/// Reads a <c>ModelInferRequest</c> into tensors: those in <c>raw_input_contents</c> and typed floats are slices of the message.
/// </summary>
internal static class InferMessageReader
{
    /// <param name="message">The message; it must stay as it is for as long as the tensors are in use.</param>
    /// <returns>The request, whose outputs are to be raw where its inputs are; or what is wrong with it.</returns>
    public static (InferRequest? Request, string? Error) Read(ReadOnlyMemory<byte> message)
    {
        try
        {
            return (ReadRequest(message), null);
        }
        catch (InferRequestException exception)
        {
            return (null, exception.Message);
        }
    }

    private static InferRequest ReadRequest(ReadOnlyMemory<byte> message)
    {
        var query = new InferQuery { Inputs = [] };
        var inputs = new List<ReadOnlyMemory<byte>>();
        var raw = new List<ReadOnlyMemory<byte>>();
        var outputs = ImmutableArray.CreateBuilder<string>();
        for (var reader = new WireReader(message); reader.Read();)
        {
            switch (reader.Field)
            {
                case Id:
                    query = query with { QueryId = InferChecks.QueryId(reader.ReadText()) };
                    break;
                case Parameters:
                    query = ReadParameter(reader.ReadBytes(), query);
                    break;
                case Tensors:
                    inputs.Add(reader.ReadBytes());
                    break;
                case RequestedOutputs:
                    outputs.Add(ReadOutput(reader.ReadBytes(), outputs.Count));
                    break;
                case RawInputs:
                    raw.Add(reader.ReadBytes());
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        if (raw.Count > 0 && raw.Count != inputs.Count)
        {
            throw new InferRequestException(
                $"The request has {inputs.Count} inputs and {raw.Count} raw_input_contents; either every input has one, in order, or none has.");
        }

        var tensors = ImmutableArray.CreateBuilder<Tensor>(inputs.Count);
        for (var i = 0; i < inputs.Count; i++)
            tensors.Add(ReadInput(inputs[i], i, raw.Count > 0 ? raw[i] : default(ReadOnlyMemory<byte>?)));
        return new InferRequest(
            query with { Inputs = tensors.MoveToImmutable(), Outputs = [.. outputs.Distinct(StringComparer.Ordinal)] },
            new BinaryOutputs(Default: raw.Count > 0, null));
    }

    private static InferQuery ReadParameter(ReadOnlyMemory<byte> entry, InferQuery query)
    {
        var (name, value) = ReadEntry(entry);
        return name switch
        {
            "entity" => query with { Entity = InferChecks.Id(ReadText(value) ?? "", "parameters.entity") },
            // Tensors are always in binary here; clients of both protocols share their code.
            "binary_data_output" => query,
            _ => throw InferChecks.NotServed("parameters", name, "entity"),
        };
    }

    private static string ReadOutput(ReadOnlyMemory<byte> message, int index)
    {
        var name = "";
        for (var reader = new WireReader(message); reader.Read();)
        {
            if (reader.Field == OutputName)
                name = InferChecks.Name(reader.ReadText(), "outputs", index);
            else if (reader.Field == OutputParameters)
                throw InferChecks.NotServed($"outputs[{index}].parameters", ReadEntry(reader.ReadBytes()).Name, "");
            else
                reader.Skip();
        }

        return name.Length > 0 ? name : throw new InferRequestException($"outputs[{index}] has no 'name'.");
    }

    private static Tensor ReadInput(ReadOnlyMemory<byte> message, int index, ReadOnlyMemory<byte>? raw)
    {
        string? name = null, typeName = null;
        var shape = ImmutableArray.CreateBuilder<long>();
        ReadOnlyMemory<byte>? contents = null;
        for (var reader = new WireReader(message); reader.Read();)
        {
            switch (reader.Field)
            {
                case TensorName:
                    name = InferChecks.Name(reader.ReadText(), "inputs", index);
                    break;
                case TensorType:
                    typeName = reader.ReadText();
                    break;
                case TensorShape when reader.Type == WireType.Bytes:
                    for (var extents = new WireReader(reader.ReadBytes()); !extents.IsAtEnd;)
                        AddExtent(shape, extents.ReadVarint(), index);
                    break;
                case TensorShape:
                    AddExtent(shape, reader.ReadNumber(), index);
                    break;
                case TensorParameters:
                    throw InferChecks.NotServed($"inputs[{index}].parameters", ReadEntry(reader.ReadBytes()).Name, "");
                case Contents:
                    contents = reader.ReadBytes();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        if (string.IsNullOrEmpty(name))
            throw new InferRequestException($"inputs[{index}] has no 'name'.");
        if (!ElementTypes.TryParse(typeName ?? "", out var type))
        {
            throw new InferRequestException(
                $"inputs[{index}].datatype '{InferChecks.Shorten(typeName ?? "")}' is no datatype; one of {ElementTypes.Names} is.");
        }

        if (raw is { } data)
        {
            if (contents is { IsEmpty: false })
                throw new InferRequestException($"Input '{name}' has both contents and raw_input_contents; it may have one of them.");
            var (tensor, error) = BinaryTensors.Read(name, type, shape.ToImmutable(), data);
            return tensor ?? throw new InferRequestException(error!);
        }

        return TensorContents.Read(contents ?? default, name, type, shape.ToImmutable());
    }

    private static void AddExtent(ImmutableArray<long>.Builder shape, ulong extent, int index)
    {
        if (extent > long.MaxValue)
            throw new InferRequestException($"inputs[{index}].shape[{shape.Count}] must be an integer from 0.");
        if (shape.Count == InferRequestReader.MaxExtents)
        {
            throw new InferRequestException(
                $"inputs[{index}].shape has more than {InferRequestReader.MaxExtents} extents, the most that a tensor may have.");
        }

        shape.Add((long)extent);
    }

    private static (string Name, ReadOnlyMemory<byte> Value) ReadEntry(ReadOnlyMemory<byte> message)
    {
        var (name, value) = ("", default(ReadOnlyMemory<byte>));
        for (var reader = new WireReader(message); reader.Read();)
        {
            if (reader.Field == Key)
                name = reader.ReadText();
            else if (reader.Field == Value)
                value = reader.ReadBytes();
            else
                reader.Skip();
        }

        return (name, value);
    }

    private static string? ReadText(ReadOnlyMemory<byte> parameter)
    {
        string? text = null;
        for (var reader = new WireReader(parameter); reader.Read();)
        {
            if (reader.Field == Text)
                text = reader.ReadText();
            else
                reader.Skip();
        }

        return text;
    }
}
