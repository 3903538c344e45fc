using Progeny.Abstractions.QueryLog;
using Progeny.Core.Queries;
using static Progeny.Core.QueryLog.QueryFormat;

namespace Progeny.Core.QueryLog;

/// <summary>How the reader finds the parts of a record.</summary>
public sealed partial class QueryBatchReader
{
    private readonly ReadOnlyMemory<byte> data;
    private readonly QueryLayout layout;
    private readonly List<string> rules = [];
    private readonly int[] offsets;
    private readonly long hashSeed;
    private readonly int scoreBytes;
    private int position = 1;
    private int rowsLeft;
    private RequestFlags request;
    private RowFlags row;
    private int headAt;
    private int headEnd;
    private int rowAt;
    private int errorAt;
    private int entityAt;
    private int idAt;
    private int rowEntityAt;
    private int missingAt;
    private int augmentedAt;
    private int originalsAt;
    private int extrasAt;
    private int fieldsAt;
    private int scoresAt;
    private int outputsAt;

    /// <summary>The bytes of the record and of its request's head.</summary>
    internal RecordBytes ToBytes(bool isErased) =>
        new(data[headAt..errorAt], data[errorAt..entityAt], data[entityAt..headEnd], data[rowAt..position], isErased);

    private SpanReader From(int at) => new(data.Span, at);

    private bool Bit(int at, int index) => (data.Span[at + (index >> 3)] >> (index & 7) & 1) != 0;

    private string ReadWord(ref SpanReader from)
    {
        var word = from.ReadUnsigned();
        return word < (ulong)layout.Words.Length
            ? layout.Words[(int)word]
            : throw new InvalidDataException($"A batch of queries is damaged at byte {from.Position}: it has no word {word}.");
    }

    private void ReadRequest(ref SpanReader from)
    {
        rowsLeft = from.ReadCount();
        if (rowsLeft == 0)
            throw new InvalidDataException($"A batch of queries is damaged at byte {from.Position}: a request without rows.");
        headAt = from.Position;
        At = new DateTimeOffset(from.ReadInt64(), TimeSpan.Zero);
        Arm = ReadWord(ref from);
        Reason = ReadWord(ref from);
        request = (RequestFlags)from.ReadByte();
        errorAt = from.Position;
        if ((request & RequestFlags.Error) != 0)
            from.SkipText();
        entityAt = from.Position;
        if ((request & RequestFlags.Entity) != 0)
            from.SkipText();
        Latency = new QueryLatency(from.ReadInt32(), from.ReadInt32(), from.ReadInt32(), from.ReadInt32());
        headEnd = from.Position;
        IsFirstOfRequest = true;
    }

    private void ReadRow(ref SpanReader from)
    {
        rules.Clear();
        Label = -1;
        rowAt = from.Position;
        row = (RowFlags)from.ReadByte();
        idAt = from.Position;
        if ((row & RowFlags.Uuid) != 0)
            from.Take(IdBytes);
        else
            from.SkipText();
        rowEntityAt = from.Position;
        if ((row & RowFlags.Entity) != 0)
            from.SkipText();
        fieldsAt = from.Position;
        if ((row & RowFlags.Fields) != 0)
        {
            if ((request & RequestFlags.Inputs) != 0)
                TensorCodec.Skip(ref from);
            else
                ReadFields(ref from);
        }

        if ((request & RequestFlags.Scores) != 0)
        {
            if (layout.Classes.Length > 0)
                Label = from.ReadInt32();
            scoresAt = from.Position;
            from.Take(scoreBytes);
        }

        outputsAt = from.Position;
        if ((request & RequestFlags.Outputs) != 0)
            TensorCodec.Skip(ref from);
        if ((row & RowFlags.Rules) == 0)
            return;
        for (var left = from.ReadCount(); left > 0; left--)
            rules.Add(ReadWord(ref from));
    }

    private void ReadFields(ref SpanReader from)
    {
        var bits = BitBytes(offsets.Length);
        missingAt = from.Position;
        if ((row & RowFlags.Missing) != 0)
            from.Take(bits);
        augmentedAt = from.Position;
        if ((row & RowFlags.Augmented) != 0)
            from.Take(bits);
        for (var i = 0; i < offsets.Length; i++)
        {
            offsets[i] = from.Position;
            if ((row & RowFlags.Missing) != 0 && Bit(missingAt, i))
                continue;
            switch (layout.Features[i].Type)
            {
                case QueryFieldType.Float: from.Take(sizeof(float)); break;
                case QueryFieldType.Integer: from.ReadUnsigned(); break;
                case QueryFieldType.Boolean: from.Take(1); break;
                default: from.SkipText(); break;
            }
        }

        originalsAt = from.Position;
        if ((row & RowFlags.Originals) != 0)
        {
            for (var left = from.ReadCount(); left > 0; left--)
            {
                from.ReadInt32();
                from.SkipAny();
            }
        }

        extrasAt = from.Position;
        for (var i = 0; i < layout.Extras.Length; i++)
            from.SkipAny();
    }
}
