using System.Collections.Immutable;
using System.Globalization;
using Progeny.Abstractions.Queries;
using Progeny.Core.Queries;

namespace Progeny.Core.Serving.Requests;

/// <summary>The binary tensors behind the JSON of a request, one after another in the order of the inputs.</summary>
public sealed class BinaryPart
{
    /// <summary>The header with the number of bytes of the JSON before them. Without it there are none.</summary>
    public const string Header = "Inference-Header-Content-Length";

    private readonly ReadOnlyMemory<byte> data;
    private readonly bool announced;
    private readonly List<string> taken = [];
    private int position;

    private BinaryPart(ReadOnlyMemory<byte> body, int headerLength, bool announced)
    {
        Json = body[..headerLength];
        data = body[headerLength..];
        this.announced = announced;
    }

    /// <summary>What comes before them.</summary>
    public ReadOnlyMemory<byte> Json { get; }

    /// <summary>Parts a body.</summary>
    /// <exception cref="InferRequestException">The header is no length that the body can have.</exception>
    public static BinaryPart Of(ReadOnlyMemory<byte> body, string? header)
    {
        if (header is null)
            return new BinaryPart(body, body.Length, announced: false);
        return TryParse(header, out var length) && length <= body.Length
            ? new BinaryPart(body, (int)length, announced: true)
            : throw new InferRequestException(
                $"The header {Header} is '{Shorten(header)}'; it must be the number of bytes of the request's JSON, 0 to {body.Length} "
                    + $"for this request of {body.Length} bytes.");
    }

    /// <summary>Takes the next tensor.</summary>
    /// <exception cref="InferRequestException">There are not as many bytes, or they do not fit type and shape.</exception>
    public Tensor Take(string name, DataType type, ImmutableArray<long> shape, long size)
    {
        if (!announced)
            throw new InferRequestException(
                $"Input '{name}' has binary_data_size {size}, but the request has no header {Header} that says where its binary data "
                    + "begin.");
        if (size > data.Length - position)
            throw new InferRequestException(
                $"Input '{name}' has binary_data_size {size}; {data.Length - position} of the {data.Length} bytes behind the request's "
                    + $"JSON of {Json.Length} are left for it.");
        var (tensor, error) = BinaryTensors.Read(name, type, shape, data.Slice(position, (int)size));
        position += (int)size;
        taken.Add($"'{name}' {size}");
        return tensor ?? throw new InferRequestException(error!);
    }

    /// <exception cref="InferRequestException">Bytes are left that no input has asked for.</exception>
    public void End()
    {
        if (position == data.Length)
            return;
        var sizes = taken.Count == 0
            ? "no input has a binary_data_size"
            : $"the inputs' binary_data_size add up to {position} ({string.Join(", ", taken.Take(10))}{(taken.Count > 10 ? ", …" : "")})";
        throw new InferRequestException($"The request has {data.Length} bytes behind its JSON of {Json.Length}; {sizes}.");
    }

    private static bool TryParse(string? header, out long length) =>
        long.TryParse(header, NumberStyles.None, CultureInfo.InvariantCulture, out length);

    private static string Shorten(string text) => text.Length <= 40 ? text : text[..40] + "…";
}
