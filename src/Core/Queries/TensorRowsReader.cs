using Progeny.Abstractions.Queries;
using Progeny.Abstractions.Serving;
using Progeny.Core.Common;
using Progeny.Core.Manifests;

namespace Progeny.Core.Queries;

/// <summary>Reads a query by tensors, one a field, into columns.</summary>
public static class TensorRowsReader
{
    /// <returns>The rows, or what is wrong. Values that do not fit their feature are in the rows' own list of errors.</returns>
    public static (QueryRows? Rows, ServingError? Error) Read(InferQuery query, QuerySchema schema)
    {
        if (query.Inputs.IsEmpty)
            return Refuse("The request has no inputs; it takes a tensor a field.");
        var count = query.Inputs[0].Shape is [var first, ..] ? first : -1;
        if (count is < 1 or > QueryRowsReader.MaxRows)
            return Refuse($"Input '{query.Inputs[0].Name}' must have the shape [rows, 1] with 1 to {QueryRowsReader.MaxRows} rows.");
        if (schema.Limits.Problem(count, schema.Features.Count + schema.Extras.Count) is { } tooMany)
            return Refuse(tooMany);

        var rows = schema.Rent();
        rows.QueryId = query.QueryId;
        rows.Entity = query.Entity;
        for (var i = 0; i < count; i++)
            rows.AddRow();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var tensor in query.Inputs)
        {
            if (!seen.Add(tensor.Name))
                return Refuse($"Input '{tensor.Name}' appears more than once.");
            if (tensor.Shape is not ([_] or [_, 1]) || tensor.Shape[0] != count)
                return Refuse(
                    $"Input '{tensor.Name}' has the shape [{string.Join(",", tensor.Shape)}]; it would have to be [{count},1], like the "
                        + "others.");
            if (Fill(rows, tensor) is { } error)
                return Refuse(error);
        }

        return (rows, null);
    }

    private static string? Fill(QueryRows rows, Tensor tensor)
    {
        var field = rows.Schema.IndexOf(tensor.Name);
        if (field < 0)
            return $"There is no input '{tensor.Name}'{rows.Schema.Among(tensor.Name, "inputs")}.";
        var count = (int)tensor.Shape[0];
        if (field >= rows.Schema.Features.Count)
        {
            for (var row = 0; row < count; row++)
                rows.Features.Refuse(row, tensor.Name, SetExtra(rows, row, field - rows.Schema.Features.Count, tensor));
            return null;
        }

        var column = rows.Features.Columns[field];
        if (!Fits(column.Feature, tensor.Type))
            return $"Input '{tensor.Name}' has the type {ElementTypes.NameOf(tensor.Type)}; it would have to be "
                + $"{ElementTypes.NameOf(FeatureTensors.TypeOf(column.Feature))}.";
        for (var row = 0; row < count; row++)
            rows.Features.Refuse(row, tensor.Name, Set(column, tensor, row, rows.Schema.Limits));
        return null;
    }

    private static bool Fits(Feature feature, DataType type) => feature.Type switch
    {
        FeatureType.Category or FeatureType.Text => type == DataType.Bytes,
        FeatureType.Bool => type == DataType.Bool || (feature.Nullable && ElementTypes.IsNumber(type)),
        _ => ElementTypes.IsNumber(type),
    };

    private static string? Set(FeatureColumn column, Tensor tensor, int row, QueryLimits limits)
    {
        if (tensor.Type == DataType.Bytes)
        {
            return tensor.Elements[row].Length is var bytes && bytes > limits.MaxTextBytes ? limits.TooLong(bytes)
                : !TextElements.TryRead(tensor.Elements[row], out var text) ? NoText(tensor, row)
                : text.Length == 0 ? null
                : column.SetText(row, text);
        }

        var number = TensorValues.Read(tensor, row);
        if (double.IsNaN(number))
            return null; // missing: whether it may be is known when augmentation has had its turn
        if (tensor.Type == DataType.Int64)
            return column.SetInteger(row, TensorValues.ReadInt64(tensor, row));
        if (tensor.Type == DataType.UInt64 && TensorValues.ReadUInt64(tensor, row) is <= long.MaxValue and var whole)
            return column.SetInteger(row, (long)whole);
        return tensor.Type == DataType.Bool ? column.SetBoolean(row, number != 0) : column.SetNumber(row, number);
    }

    private static string? SetExtra(QueryRows rows, int row, int extra, Tensor tensor)
    {
        string? text = null;
        if (tensor.Type == DataType.Bytes && tensor.Elements[row].Length is var bytes && bytes > rows.Schema.Limits.MaxTextBytes)
            return rows.Schema.Limits.TooLong(bytes);
        if (tensor.Type == DataType.Bytes && !TextElements.TryRead(tensor.Elements[row], out text))
            return NoText(tensor, row);
        if (tensor.Type == DataType.UInt64 && TensorValues.ReadUInt64(tensor, row) is > long.MaxValue and var large)
            return $"{large} has more digits than a whole number of 64 bits with a sign; as a text it would keep them";
        rows.SetExtra(row, extra, text ?? Extra(tensor, row));
        return null;
    }

    private static string NoText(Tensor tensor, int row) => $"the {tensor.Elements[row].Length} bytes are no text in valid UTF-8";

    /// <summary>A number as JSON rows would carry it: whole numbers as such, so that both ask a feed alike.</summary>
    private static object? Extra(Tensor tensor, int row)
    {
        var number = TensorValues.Read(tensor, row);
        if (tensor.Type is DataType.Fp32 or DataType.Fp16)
            number = tensor.Type == DataType.Fp32 ? ShortestDouble.Of((float)number) : ShortestDouble.Of((Half)number);
        return tensor.Type switch
        {
            DataType.Bool => number != 0,
            DataType.Int64 => TensorValues.ReadInt64(tensor, row),
            DataType.UInt64 => (long)TensorValues.ReadUInt64(tensor, row),
            _ when !double.IsFinite(number) => null,
            _ when number == Math.Truncate(number) && Math.Abs(number) <= 1L << 53 => (long)number,
            _ => number,
        };
    }

    private static (QueryRows?, ServingError?) Refuse(string message) => (null, new ServingError(ServingErrorKind.InvalidQuery, message));
}
