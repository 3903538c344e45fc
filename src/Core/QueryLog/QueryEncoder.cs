using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Progeny.Abstractions.Queries;
using Progeny.Abstractions.QueryLog;
using Progeny.Core.Queries;
using static Progeny.Core.QueryLog.QueryFormat;

namespace Progeny.Core.QueryLog;

/// <summary>
/// Writes what happened to a request in <see cref="QueryFormat"/>; on the way of the query, so without an object or a detour.
/// </summary>
internal static class QueryEncoder
{
    /// <summary>Writes a request with its rows.</summary>
    public static void Write(LogWriter to, QueryLogPlan plan, QueryLogEntry entry)
    {
        var rows = entry.Rows;
        var count = entry.QueryIds.Length;
        var entity = plan.HidesEntity ? null : rows is null ? entry.Tensors!.Entity : rows.Entity;
        var flags = (entry.Error is null ? 0 : RequestFlags.Error)
            | (entity is null ? 0 : RequestFlags.Entity)
            | (entry.Prediction is null ? 0 : RequestFlags.Scores)
            | (rows is null ? RequestFlags.Inputs : 0)
            | (entry.Prediction is null && entry.Error is null ? RequestFlags.Outputs : 0);
        to.WriteUnsigned((ulong)count);
        to.WriteInt64(entry.At.UtcTicks);
        to.WriteUnsigned((uint)plan.Words.IndexOf(entry.Arm));
        to.WriteUnsigned((uint)plan.Words.IndexOf(entry.Reason));
        to.WriteByte((byte)flags);
        if (entry.Error is { } error)
            to.WriteText(plan.Shown(error, rows));
        if (entity is not null)
            to.WriteText(entity);
        WriteLatency(to, entry.Latency);
        var usual = rows is null ? 0 : UsualFlags(plan, rows);
        for (var row = 0; row < count; row++)
            WriteRow(to, plan, entry, row, usual);
    }

    public static void WriteLatency(LogWriter to, QueryLatency latency)
    {
        to.WriteUnsigned((uint)latency.Augment);
        to.WriteUnsigned((uint)latency.Queue);
        to.WriteUnsigned((uint)latency.Predict);
        to.WriteUnsigned((uint)latency.Total);
    }

    /// <summary>Writes an id; a UUID as what it is, anything else as text.</summary>
    /// <returns>The flag to set.</returns>
    public static RowFlags WriteId(LogWriter to, string id)
    {
        Span<char> usual = stackalloc char[36];
        if (id.Length == usual.Length && Guid.TryParseExact(id, "D", out var uuid) && uuid.TryFormat(usual, out _)
            && usual.SequenceEqual(id))
        {
            uuid.TryWriteBytes(to.Reserve(IdBytes), bigEndian: true, out _);
            return RowFlags.Uuid;
        }

        to.WriteText(id);
        return 0;
    }

    /// <summary>What of the fields any row has: where no column has it, no row needs to be asked.</summary>
    private static RowFlags UsualFlags(QueryLogPlan plan, QueryRows rows)
    {
        RowFlags flags = 0;
        foreach (var index in plan.Columns)
        {
            var column = rows.Features.Columns[index];
            if (column.Present < rows.Features.Rows)
                flags |= RowFlags.Missing;
            if (column.HasAugmented)
                flags |= RowFlags.Augmented;
            if (column.HasOriginals)
                flags |= RowFlags.Originals;
        }

        return flags;
    }

    private static void WriteRow(LogWriter to, QueryLogPlan plan, QueryLogEntry entry, int row, RowFlags usual)
    {
        var id = entry.QueryIds[row];
        var flagsAt = to.Length;
        to.WriteByte(0);
        var flags = WriteId(to, id);
        var kept = plan.Keeps(entry.Project ?? plan.Generation.Project, id);
        if (kept)
            flags |= RowFlags.Fields;
        if (entry.Rows is { } rows)
        {
            if (rows.Entity is null && !plan.HidesEntity && rows.Schema.Entity is not null)
                flags |= WriteEntity(to, rows, row, kept);
            if (kept)
                flags |= WriteFields(to, plan, rows, row, usual);
        }
        else if (kept)
        {
            TensorCodec.Write(to, plan.Shown(entry.Tensors!.Inputs));
        }

        if (entry.Prediction is { } prediction)
            WritePrediction(to, plan, prediction, row);
        else if (entry.Error is null)
            TensorCodec.Write(to, entry.Outputs);
        if (!entry.Rules.IsEmpty && !entry.Rules[row].IsEmpty)
        {
            flags |= RowFlags.Rules;
            WriteRules(to, plan, entry.Rules[row]);
        }

        to.SetByte(flagsAt, (byte)flags);
    }

    private static RowFlags WriteEntity(LogWriter to, QueryRows rows, int row, bool kept)
    {
        if (kept)
            return RowFlags.EntityField;
        if (rows.EntityOf(row) is not { } entity)
            return 0;
        to.WriteText(entity);
        return RowFlags.Entity;
    }

    private static RowFlags WriteFields(LogWriter to, QueryLogPlan plan, QueryRows rows, int row, RowFlags usual)
    {
        var columns = rows.Features.Columns;
        if ((usual & RowFlags.Missing) != 0)
            WriteBits(to, plan, columns, row, missing: true);
        if ((usual & RowFlags.Augmented) != 0)
            WriteBits(to, plan, columns, row, missing: false);
        for (var i = 0; i < plan.Columns.Length; i++)
        {
            var column = columns[plan.Columns[i]];
            if (!column.IsMissing(row))
                WriteValue(to, column, plan.Types[i], row);
        }

        if ((usual & RowFlags.Originals) != 0)
            WriteOriginals(to, plan, columns, row);
        foreach (var extra in plan.Extras)
            to.WriteAny(rows.GetExtra(row, extra));
        return usual;
    }

    private static void WriteValue(LogWriter to, FeatureColumn column, QueryFieldType type, int row)
    {
        switch (type)
        {
            case QueryFieldType.Float: to.WriteFloat(column.GetFloat(row)); break;
            case QueryFieldType.Integer: to.WriteSigned(column.GetInt64(row)); break;
            case QueryFieldType.Boolean: to.WriteByte(column.GetBoolean(row) ? (byte)1 : (byte)0); break;
            default: to.WriteText(column.GetText(row)); break;
        }
    }

    private static void WriteBits(LogWriter to, QueryLogPlan plan, IReadOnlyList<FeatureColumn> columns, int row, bool missing)
    {
        var bits = to.Reserve(BitBytes(plan.Columns.Length));
        bits.Clear();
        for (var i = 0; i < plan.Columns.Length; i++)
        {
            var column = columns[plan.Columns[i]];
            if (missing ? column.IsMissing(row) : column.IsAugmented(row))
                bits[i >> 3] |= (byte)(1 << (i & 7));
        }
    }

    private static void WriteOriginals(LogWriter to, QueryLogPlan plan, IReadOnlyList<FeatureColumn> columns, int row)
    {
        var count = 0;
        foreach (var index in plan.Columns)
            count += columns[index].TryGetOriginal(row, out _) ? 1 : 0;
        to.WriteUnsigned((ulong)count);
        for (var i = 0; i < plan.Columns.Length && count > 0; i++)
        {
            if (!columns[plan.Columns[i]].TryGetOriginal(row, out var original))
                continue;
            to.WriteUnsigned((ulong)i);
            to.WriteAny(original);
            count--;
        }
    }

    private static void WritePrediction(LogWriter to, QueryLogPlan plan, Prediction prediction, int row)
    {
        if (prediction.Classes.Length != plan.Layout.Classes.Length)
            throw new InvalidOperationException(
                $"A prediction over {prediction.Classes.Length} classes, where {plan.Generation} has {plan.Layout.Classes.Length}.");
        if (!prediction.Classes.IsEmpty)
            to.WriteUnsigned((ulong)prediction.Labels.Span[row]);
        to.Write(MemoryMarshal.AsBytes(prediction.Row(row)));
    }

    private static void WriteRules(LogWriter to, QueryLogPlan plan, ImmutableArray<string> names)
    {
        to.WriteUnsigned((ulong)names.Length);
        foreach (var name in names)
            to.WriteUnsigned((uint)plan.Words.IndexOf(name));
    }
}
