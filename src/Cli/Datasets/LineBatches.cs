using Progeny.Cli.Common;
using Progeny.Core.Datasets.Rows;

namespace Progeny.Cli.Datasets;

/// <summary>Cuts lines into batches; memory holds one of them.</summary>
internal sealed class LineBatches(Stream lines, int rows)
{
    private const int BufferBytes = 1 << 16;

    /// <summary>The batches, each with the number of its lines.</summary>
    public IEnumerable<(byte[] Body, int Lines)> Read()
    {
        using var batch = new MemoryStream();
        using var line = new MemoryStream();
        var buffer = new byte[BufferBytes];
        var count = 0;
        while (lines.Read(buffer) is var length and > 0)
        {
            for (var at = 0; at < length;)
            {
                var end = Array.IndexOf(buffer, (byte)'\n', at, length - at);
                line.Write(buffer, at, (end < 0 ? length : end + 1) - at);
                at = end < 0 ? length : end + 1;
                if (line.Length > RowAppender.MaxBytes)
                    throw new CliException($"A line has more than {RowAppender.MaxBytes >> 20} MB; is it lines of JSON?", ExitCodes.Usage);
                if (end < 0)
                    continue;
                if (count > 0 && batch.Length + line.Length > RowAppender.MaxBytes)
                    yield return Take();
                Move();
                if (count == rows)
                    yield return Take();
            }
        }

        if (line.Length > 0)
            Move();
        if (count > 0)
            yield return Take();

        void Move()
        {
            line.WriteTo(batch);
            line.SetLength(0);
            count++;
        }

        (byte[] Body, int Lines) Take()
        {
            var taken = (batch.ToArray(), count);
            batch.SetLength(0);
            count = 0;
            return taken;
        }
    }
}
