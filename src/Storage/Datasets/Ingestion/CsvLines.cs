namespace Progeny.Storage.Datasets.Ingestion;

/// <summary>Has all records of a CSV file end in the same way, as DuckDB asks; what is inside of quotes stays as it is.</summary>
internal static class CsvLines
{
    private const int PieceBytes = 256 * 1024;

    public static void Unify(string path, CsvDialect dialect, string target, CancellationToken cancellationToken)
    {
        using var source = File.OpenRead(path);
        using var output = new BufferedStream(File.Create(target), PieceBytes);
        var buffer = new byte[PieceBytes];
        var (isStart, isQuoted, isEscaped, hasReturn) = (true, false, false, false);
        while (source.Read(buffer) is var read and > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (var value in buffer.AsSpan(0, read))
            {
                if (hasReturn && value != '\n')
                    output.WriteByte((byte)'\r');
                hasReturn = false;
                if (isQuoted)
                {
                    // A doubled quote closes the field and opens it again.
                    if (isEscaped)
                        isEscaped = false;
                    else if (dialect.Escape != dialect.Quote && value == dialect.Escape)
                        isEscaped = true;
                    else if (value == dialect.Quote)
                        (isQuoted, isStart) = (false, dialect.Escape == dialect.Quote);
                }
                else
                {
                    isQuoted = isStart && value == dialect.Quote;
                    isStart = value == dialect.Separator || value == '\n';
                    hasReturn = value == '\r';
                    if (hasReturn)
                        continue;
                }

                output.WriteByte(value);
            }
        }

        if (hasReturn)
            output.WriteByte((byte)'\r');
    }
}
