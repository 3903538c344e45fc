using System.Globalization;
using Google.Protobuf;
using Progeny.Core.Common;
using Progeny.Core.Common.Onnx;
using DataType = Progeny.Core.Common.Onnx.TensorProto.Types.DataType;

namespace Progeny.Core.Training;

/// <summary>
/// The data of an ONNX model that lies in files beside it
/// (https://onnx.ai/onnx/repo-docs/ExternalData.html). ONNX Runtime would read them from wherever the process happens to be; here they
/// become part of the model, so that a generation is one file.
/// </summary>
internal static class ExternalData
{
    private const long MaxModelBytes = int.MaxValue;

    /// <summary>Copies a model, with the data of its external tensors in it.</summary>
    /// <param name="model">The model's file.</param>
    /// <param name="root">The folder around the model's, beneath which no part of a path may be a link.</param>
    /// <param name="under">The folders from there to the model's, in which or below which external data lie.</param>
    /// <param name="target">The file that is written; it may be <paramref name="model"/> itself.</param>
    /// <exception cref="TrainingFailedException">In stage acceptance: the data of a tensor cannot be read, or lie where they must
    /// not.</exception>
    public static void Embed(string model, OpenFolder root, IReadOnlyList<string> under, string target)
    {
        var parsed = OnnxTensors.TryParse(File.ReadAllBytes(model));
        List<TensorProto> tensors = parsed is null ? [] : [.. OnnxTensors.Of(parsed).Where(OnnxTensors.IsExternal)];
        if (tensors.Count == 0)
        {
            if (Path.GetFullPath(model) != Path.GetFullPath(target))
                File.Copy(model, target, overwrite: true);
            return;
        }

        var total = new FileInfo(model).Length;
        foreach (var tensor in tensors)
        {
            var (found, offset, length) = Find(tensor, root, under);
            using var file = found;
            total += length;
            if (total > MaxModelBytes)
                throw Refused(
                    tensor, $"with the data in '{Entry(tensor, "location")}' the model has more than 2 GB, which no ONNX file can have");
            var data = new byte[length];
            using (var stream = file.Read())
            {
                stream.Position = offset;
                stream.ReadExactly(data);
            }

            tensor.RawData = UnsafeByteOperations.UnsafeWrap(data);
            tensor.ExternalData.Clear();
            tensor.ClearDataLocation();
        }

        using var output = File.Create(target);
        parsed!.WriteTo(output);
    }

    /// <summary>What is wrong with a model that still has external data; null: it has none.</summary>
    public static string? Problem(ModelProto model) => OnnxTensors.Of(model).FirstOrDefault(OnnxTensors.IsExternal) is { } tensor
        ? $"The data of the model's tensor '{tensor.Name}' lie in another file, '{Entry(tensor, "location")}'; all data of a model must "
            + "be in it."
        : null;

    private static (OpenFolder File, long Offset, long Length) Find(TensorProto tensor, OpenFolder root, IReadOnlyList<string> under)
    {
        var location = Entry(tensor, "location");
        if (location.Length == 0)
            throw Refused(tensor, "its data are external, and it does not say in which file");
        var parts = location.Split('/').Where(part => part != ".").ToList();
        if (Path.IsPathRooted(location) || location.Contains('\\', StringComparison.Ordinal)
            || location.Contains('\0', StringComparison.Ordinal) || parts.Exists(part => part is "" or ".."))
            throw Refused(
                tensor,
                $"its data lie in '{location}'; a file in the model's folder or below it would be right, with / between the parts of its "
                    + "path and without ..");
        var file = Open(tensor, location, root, [.. under, .. parts]);
        try
        {
            return Locate(tensor, location, file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Opens a file along its path, none of whose parts may be a link.</summary>
    private static OpenFolder Open(TensorProto tensor, string location, OpenFolder root, IReadOnlyList<string> path)
    {
        var current = root;
        for (var i = 0; i < path.Count; i++)
        {
            var next = current.Kind == OpenFolder.Folder ? current.Find(path[i]) : null;
            if (current != root)
                current.Dispose();
            current = next ?? throw Refused(tensor, $"its data lie in '{location}', and beside the model is no such file");
            if (current.Kind != OpenFolder.Folder && (current.Kind != OpenFolder.File || current.Links > 1))
            {
                current.Dispose();
                var what = current.Kind == OpenFolder.File ? "which has several names (hard links)"
                    : current.Kind == OpenFolder.Link
                        ? $"which is reached through the link '{string.Join('/', path.Take(i + 1))}'"
                        : $"which is {current.Kind}";
                throw Refused(tensor, $"its data lie in '{location}', {what}; a file of its own would be right");
            }
        }

        if (current.Kind == OpenFolder.File)
            return current;
        current.Dispose();
        throw Refused(tensor, $"its data lie in '{location}', and beside the model is no such file");
    }

    private static (OpenFolder File, long Offset, long Length) Locate(TensorProto tensor, string location, OpenFolder file)
    {
        var size = file.Bytes;
        var offset = Number(tensor, "offset") ?? 0;
        var expected = BytesOf(tensor) ?? throw Refused(tensor, $"data of the type {tensor.DataType} cannot lie in another file");
        var length = Number(tensor, "length") ?? expected;
        if (length != expected)
            throw Refused(
                tensor, $"its data in '{location}' have {length} bytes; its shape [{string.Join(",", tensor.Dims)}] takes {expected}");
        return offset <= size && length <= size - offset
            ? (file, offset, length)
            : throw Refused(tensor, $"its data are the {length} bytes from {offset} of '{location}', which has {size}");
    }

    /// <summary>The size of a tensor's data; null: of such a type or shape there are none.</summary>
    private static long? BytesOf(TensorProto tensor)
    {
        long count = 1;
        foreach (var extent in tensor.Dims)
        {
            if (extent < 0 || (extent > 0 && count > MaxModelBytes / extent))
                return extent < 0 ? null : long.MaxValue;
            count *= extent;
        }

        return (DataType)tensor.DataType switch
        {
            DataType.Uint4 or DataType.Int4 or DataType.Float4E2M1 => (count + 1) / 2,
            DataType.Bool or DataType.Int8 or DataType.Uint8 or (>= DataType.Float8E4M3Fn and <= DataType.Float8E5M2Fnuz) => count,
            DataType.Int16 or DataType.Uint16 or DataType.Float16 or DataType.Bfloat16 => count * 2,
            DataType.Int32 or DataType.Uint32 or DataType.Float => count * 4,
            DataType.Int64 or DataType.Uint64 or DataType.Double or DataType.Complex64 => count * 8,
            DataType.Complex128 => count * 16,
            _ => null,
        };
    }

    private static string Entry(TensorProto tensor, string key) =>
        tensor.ExternalData.LastOrDefault(entry => entry.Key == key)?.Value ?? "";

    private static long? Number(TensorProto tensor, string key)
    {
        if (Entry(tensor, key) is not { Length: > 0 } text)
            return null;
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw Refused(tensor, $"the {key} of its external data is '{text}'; a whole number from 0 would be right");
    }

    private static TrainingFailedException Refused(TensorProto tensor, string why) =>
        new(TrainingStage.Acceptance, $"The model's tensor '{tensor.Name}': {why}.");
}
