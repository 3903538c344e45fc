using System.Text;
using System.Text.Unicode;
using CsvHelper;
using Dapper;
using Microsoft.Data.Sqlite;
using Progeny.Core.Feeds;

namespace Progeny.Storage.Feeds;

/// <summary>Streams a CSV file into a table of a new SQLite file.</summary>
internal static class CsvLoader
{
    // What a table of SQLite can hold.
    private const int MaxColumns = 2_000;

    // A quotation that never ends must not pull the whole file into memory.
    private const int MaxRecordBytes = 16 << 20;

    private static readonly CsvReaderOptions Options = new()
    {
        Separator = ',',
        TrimWhitespace = false,
        TrackLineNumbers = true,
        MaxRecordSize = MaxRecordBytes,
        MalformedData = CsvMalformedDataHandling.Throw,
    };

    /// <exception cref="FeedException">See <see cref="CsvFeed.OpenAsync"/>.</exception>
    public static void Load(string feed, string path, string database, CancellationToken cancellationToken)
    {
        try
        {
            using var csv = CsvReader.FromFile(path, Options);
            var header = CheckHeader([.. csv.Headers]);
            using var connection = new SqliteConnection($"Data Source={database};Pooling=False");
            connection.Open();
            // The file is a copy that nobody misses after a crash.
            connection.Execute("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;");
            using var transaction = connection.BeginTransaction();
            using var insert = CreateTable(connection, Path.GetFileNameWithoutExtension(path), header);
            insert.Transaction = transaction;
            while (csv.Read())
            {
                cancellationToken.ThrowIfCancellationRequested();
                Insert(csv, header, insert);
            }

            transaction.Commit();
        }
        catch (CsvFormatException e)
        {
            throw new FeedException(feed, $"Line {e.LineNumber}{(e.FieldIndex >= 0 ? $", column {e.FieldIndex + 1}" : "")}: {e.Message} A field with quotes, commas or line breaks is quoted as a whole, and quotes inside it are doubled.", e);
        }
        catch (FormatException e)
        {
            throw new FeedException(feed, e.Message, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FeedException(feed, $"The file cannot be read: {e.Message}", e);
        }
    }

    private static string[] CheckHeader(string[] header)
    {
        if (header.Length == 0)
            throw new FormatException("The file is empty; its first line must name the columns.");
        if (header.Length > MaxColumns)
            throw new FormatException($"Line 1 names {header.Length} columns; a file may have at most {MaxColumns}.");
        var seen = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < header.Length; i++)
        {
            if (string.IsNullOrWhiteSpace(header[i]) || header[i].Contains('\0', StringComparison.Ordinal))
                throw new FormatException($"Line 1, column {i + 1}: the column has no name.");
            if (header[i].Contains('\uFFFD', StringComparison.Ordinal))
                throw new FormatException($"Line 1, column {i + 1}: the name has bytes that are not UTF-8; save the file as UTF-8.");
            if (!seen.TryAdd(header[i], i))
                throw new FormatException($"Line 1, column {i + 1}: '{header[i]}' is the name of column {seen[header[i]] + 1} already (SQL tells no upper from lower case).");
        }

        return header;
    }

    private static SqliteCommand CreateTable(SqliteConnection connection, string name, string[] header)
    {
        // Columns without a type have no affinity: each value keeps the type it is given.
        connection.Execute($"CREATE TABLE {Quote(name)} ({string.Join(", ", header.Select(Quote))})");
        var command = connection.CreateCommand();
        command.CommandText = $"INSERT INTO {Quote(name)} VALUES ({string.Join(", ", header.Select((_, i) => $"$p{i}"))})";
        for (var i = 0; i < header.Length; i++)
            command.Parameters.Add(new SqliteParameter { ParameterName = $"$p{i}" });
        return command;
    }

    private static void Insert(CsvReader csv, string[] header, SqliteCommand insert)
    {
        if (csv.FieldCount != header.Length)
        {
            var where = csv.FieldCount < header.Length ? $"column {csv.FieldCount + 1} ('{header[csv.FieldCount]}') is missing" : $"column {header.Length + 1} has no name in the header";
            throw new FormatException($"Line {csv.LineNumber}: {where}; the line has {csv.FieldCount} fields, the header {header.Length}.");
        }

        for (var i = 0; i < header.Length; i++)
        {
            var field = csv.GetSpan(i);
            if (!Utf8.IsValid(field))
                throw new FormatException($"Line {csv.LineNumber}, column {i + 1} ('{header[i]}'): the field has bytes that are not UTF-8; save the file as UTF-8.");
            var parameter = insert.Parameters[i];
            parameter.ResetSqliteType();
            parameter.Value = CsvText.Parse(Encoding.UTF8.GetString(field)) ?? DBNull.Value;
        }

        insert.ExecuteNonQuery();
    }

    private static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
