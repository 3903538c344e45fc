using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Progeny.Abstractions.QueryLog;
using Progeny.Core.Common;
using Progeny.Core.Queries;
using static Progeny.Core.QueryLog.QueryFormat;

namespace Progeny.Core.QueryLog;

/// <summary>
/// Goes through the records of a batch: <c>while (reader.Read())</c>. Moving on and reading numbers allocates nothing; texts are made when
/// they are asked for.
/// </summary>
/// <exception cref="InvalidDataException">By any member: the batch is damaged, or of a newer version.</exception>
public sealed partial class QueryBatchReader
{
    public QueryBatchReader(QueryBatch batch)
    {
        Batch = batch;
        data = batch.Data;
        layout = batch.Layout;
        offsets = new int[layout.Features.Length];
        scoreBytes = sizeof(float) * Math.Max(1, layout.Classes.Length);
        hashSeed = QueryHash.SeedOf(batch.Project);
        if (data.IsEmpty || data.Span[0] != QueryFormat.Version)
            throw new InvalidDataException(
                $"A batch of queries is of format {(data.IsEmpty ? 0 : data.Span[0])}; this version reads format {QueryFormat.Version}.");
    }

    public QueryBatch Batch { get; }

    /// <summary>The index of the record in the batch, from 0; -1 before the first.</summary>
    public int Index { get; private set; } = -1;

    /// <summary>When the query was answered.</summary>
    public DateTimeOffset At { get; private set; }

    /// <summary>The rollout's arm that answered.</summary>
    public string Arm { get; private set; } = "";

    /// <summary>Why that arm.</summary>
    public string Reason { get; private set; } = "";

    /// <summary>Where the request's time went; the same for all of its rows.</summary>
    public QueryLatency Latency { get; private set; }

    /// <summary>Whether the record is the first of its request's.</summary>
    public bool IsFirstOfRequest { get; private set; }

    public string QueryId
    {
        get
        {
            var from = From(idAt);
            return (row & RowFlags.Uuid) != 0 ? new Guid(from.Take(IdBytes), bigEndian: true).ToString() : from.ReadText();
        }
    }

    /// <summary><see cref="QueryHash"/> of project and query id.</summary>
    public long Hash
    {
        get
        {
            if ((row & RowFlags.Uuid) == 0)
                return QueryHash.Of(hashSeed, QueryId);
            Span<char> id = stackalloc char[36];
            new Guid(data.Span.Slice(idAt, IdBytes), bigEndian: true).TryFormat(id, out _);
            return QueryHash.Of(hashSeed, id);
        }
    }

    /// <summary>The entity asked about; null: none.</summary>
    public string? Entity
    {
        get
        {
            if ((request & RequestFlags.Entity) != 0)
                return From(entityAt).ReadText();
            if ((row & RowFlags.Entity) != 0)
                return From(rowEntityAt).ReadText();
            return (row & RowFlags.EntityField) == 0 || layout.Entity < 0 ? null : Text(GetField(layout.Entity));
        }
    }

    /// <summary>Whether the query failed.</summary>
    public bool Failed => (request & RequestFlags.Error) != 0;

    /// <summary>The error with which the query failed; null where it was answered.</summary>
    public string? Error => Failed ? From(errorAt).ReadText() : null;

    /// <summary>
    /// Whether the record holds the query's fields by the layout; not of tensors, and not where the sample leaves them out.
    /// </summary>
    public bool HasFeatures => (row & RowFlags.Fields) != 0 && (request & RequestFlags.Inputs) == 0;

    /// <summary>Whether the record holds <see cref="Scores"/>.</summary>
    public bool HasScores => (request & RequestFlags.Scores) != 0;

    /// <summary>
    /// A probability a class, or the value for regression; empty where the model's outputs were not read, or the query failed.
    /// </summary>
    public ReadOnlySpan<float> Scores => HasScores ? MemoryMarshal.Cast<byte, float>(data.Span.Slice(scoresAt, scoreBytes)) : [];

    /// <summary>The index of the class predicted; -1: none.</summary>
    public int Label { get; private set; } = -1;

    /// <summary>Moves to the next record; false: there is none.</summary>
    public bool Read()
    {
        var from = From(position);
        if (rowsLeft == 0)
        {
            if (from.AtEnd)
                return false;
            ReadRequest(ref from);
        }
        else
        {
            IsFirstOfRequest = false;
        }

        rowsLeft--;
        Index++;
        ReadRow(ref from);
        position = from.Position;
        return true;
    }

    public bool IsMissing(int feature) => !HasFeatures || ((row & RowFlags.Missing) != 0 && Bit(missingAt, feature));

    /// <summary>Whether the value came from augmentation or a rule.</summary>
    public bool IsAugmented(int feature) => HasFeatures && (row & RowFlags.Augmented) != 0 && Bit(augmentedAt, feature);

    /// <summary>The value of a number or boolean (0 or 1); NaN where it is missing.</summary>
    public double GetNumber(int feature) => IsMissing(feature) ? double.NaN : layout.Features[feature].Type switch
    {
        QueryFieldType.Float => BinaryPrimitives.ReadSingleLittleEndian(data.Span[offsets[feature]..]),
        QueryFieldType.Integer => From(offsets[feature]).ReadSigned(),
        QueryFieldType.Boolean => data.Span[offsets[feature]],
        _ => double.NaN,
    };

    /// <summary>The text of a category or text; null where it is missing.</summary>
    public string? GetText(int feature) => IsMissing(feature) ? null : From(offsets[feature]).ReadText();

    /// <summary>The text of a category or text in UTF-8; empty where it is missing.</summary>
    public ReadOnlySpan<byte> GetUtf8(int feature)
    {
        if (IsMissing(feature))
            return [];
        var from = From(offsets[feature]);
        return from.Take(from.ReadCount());
    }

    /// <summary>The names of the rules that fired; valid until the next <see cref="Read"/>.</summary>
    public IReadOnlyList<string> Rules => rules;

    /// <summary>The value of a field as text, as the model saw it; null where it is missing, or there is none of that name.</summary>
    public string? FieldText(string name)
    {
        for (var i = 0; i < layout.Features.Length; i++)
        {
            if (layout.Features[i].Name == name)
                return Text(GetField(i));
        }

        var extra = layout.Extras.IndexOf(name);
        return extra < 0 ? null : Text(GetField(layout.Features.Length + extra));
    }

    private static string? Text(object? value) => value is null ? null : ValueText.Of(value);

    /// <summary>The value of a field, features first, then extras; null where it is missing.</summary>
    internal object? GetField(int field)
    {
        if (field < layout.Features.Length)
        {
            if (IsMissing(field))
                return null;
            return layout.Features[field].Type switch
            {
                QueryFieldType.Float => BinaryPrimitives.ReadSingleLittleEndian(data.Span[offsets[field]..]),
                QueryFieldType.Integer => From(offsets[field]).ReadSigned(),
                QueryFieldType.Boolean => data.Span[offsets[field]] != 0,
                _ => From(offsets[field]).ReadText(),
            };
        }

        if (!HasFeatures)
            return null;
        var from = From(extrasAt);
        for (var extra = layout.Features.Length; extra < field; extra++)
            from.SkipAny();
        return from.ReadAny();
    }

    /// <summary>The values that the client gave where they have been replaced, by feature.</summary>
    private Dictionary<int, object?> GetOriginals()
    {
        var originals = new Dictionary<int, object?>();
        if (!HasFeatures || (row & RowFlags.Originals) == 0)
            return originals;
        var from = From(originalsAt);
        for (var left = from.ReadCount(); left > 0; left--)
        {
            var feature = from.ReadInt32();
            originals.Add(feature, from.ReadAny());
        }

        return originals;
    }
}
