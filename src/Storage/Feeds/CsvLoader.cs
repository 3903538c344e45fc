using System.Text;
using System.Text.Unicode;
using CsvHelper;
using Dapper;
using Microsoft.Data.Sqlite;
using Progeny.Core.Common;
using Progeny.Core.Feeds;

namespace Progeny.Storage.Feeds;

/// <summary>Streams a CSV file into a table of a new SQLite file.</summary>
/// <param name="feed">The feed's name, for messages.</param>
/// <param name="path">The CSV file.</param>
/// <param name="database">The SQLite file to write.</param>
/// <param name="query">The query that will be asked; empty: none is known.</param>
/// <param name="texts">The columns of the query whose values are texts even where they look like numbers.</param>
internal sealed class CsvLoader(string feed, string path, string database, string query, IReadOnlyCollection<string> texts)
{
    // What a table of SQLite can hold.
    private const int MaxColumns = 2_000;

    // A quotation that never ends must not pull the whole file into memory.
    private const int MaxRecordBytes = 16 << 20;

    private static readonly (char Separator, string Name)[] OtherSeparators = [(';', "';'"), ('\t', "a tab"), ('|', "'|'")];

    private static readonly CsvReaderOptions Options = new()
    {
        Separator = ',',
        TrimWhitespace = false,
        TrackLineNumbers = true,
        MaxRecordSize = MaxRecordBytes,
        MalformedData = CsvMalformedDataHandling.Throw,
    };

    /// <summary>For each column whether its numbers are kept as texts where SQL would write them in another way.</summary>
    private bool[] asText = [];

    /// <summary>For each column whether it is text as a whole.</summary>
    private bool[] isText = [];

    /// <returns>The names of the file's columns.</returns>
    /// <exception cref="FeedException">See <see cref="CsvFeed.OpenAsync(string, CancellationToken)"/>.</exception>
    public IReadOnlyList<string> Load(CancellationToken cancellationToken)
    {
        try
        {
            string[] header;
            while (!TryLoad(out header, cancellationToken))
                File.Delete(database);
            return header;
        }
        catch (CsvFormatException e)
        {
            throw new FeedException(
                feed,
                $"Line {e.LineNumber}{(e.FieldIndex >= 0 ? $", column {e.FieldIndex + 1}" : "")}: {e.Message} A field with quotes, commas "
                    + "or line breaks is quoted as a whole, and quotes inside it are doubled.",
                e);
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

    /// <returns>False: a column turned out to be text, so that the rows before must be read again.</returns>
    private bool TryLoad(out string[] header, CancellationToken cancellationToken)
    {
        using var csv = CsvReader.FromFile(path, Options);
        header = CheckHeader([.. csv.Headers]);
        using var connection = new SqliteConnection($"Data Source={database};Pooling=False");
        connection.Open();
        // The file is a copy that nobody misses after a crash.
        connection.Execute("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;");
        if (isText.Length == 0)
        {
            isText = new bool[header.Length];
            CreateTable(connection, header);
            asText = FindTexts(header, cancellationToken);
        }
        else
        {
            CreateTable(connection, header);
        }

        using var transaction = connection.BeginTransaction();
        using var insert = CreateInsert(connection, header);
        insert.Transaction = transaction;
        while (csv.Read())
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!TryInsert(csv, header, insert))
                return false;
        }

        transaction.Commit();
        return true;
    }

    private static string[] CheckHeader(string[] header)
    {
        if (header.Length == 0)
            throw new FormatException("The file is empty; its first line must name the columns.");
        if (header.Length > MaxColumns)
            throw new FormatException($"Line 1 names {header.Length} columns; a file may have at most {MaxColumns}.");
        if (header.Length == 1
            && Array.Find(
                OtherSeparators, other => header[0].Contains(other.Separator, StringComparison.Ordinal)) is { Name: { } separator })
        {
            throw new FormatException(
                $"Line 1 names one column, '{header[0]}'; its fields seem to be separated by {separator}. Separate the fields of the file "
                    + "by commas.");
        }

        var seen = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < header.Length; i++)
        {
            if (string.IsNullOrWhiteSpace(header[i]) || header[i].Contains('\0', StringComparison.Ordinal))
                throw new FormatException($"Line 1, column {i + 1}: the column has no name.");
            if (header[i].Contains('\uFFFD', StringComparison.Ordinal))
                throw new FormatException($"Line 1, column {i + 1}: the name has bytes that are not UTF-8; save the file as UTF-8.");
            if (!seen.TryAdd(header[i], i))
                throw new FormatException(
                    $"Line 1, column {i + 1}: '{header[i]}' is the name of column {seen[header[i]] + 1} already (SQL tells no upper from "
                        + "lower case).");
        }

        return header;
    }

    private void CreateTable(SqliteConnection connection, string[] header)
    {
        // Columns without a type have no affinity: each value keeps the type it is given. A number that a column of texts is compared with
        // becomes one.
        var columns = header.Select((name, i) => isText[i] ? $"{SqlText.Name(name)} TEXT" : SqlText.Name(name));
        connection.Execute($"CREATE TABLE {SqlText.Name(Path.GetFileNameWithoutExtension(path))} ({string.Join(", ", columns)})");
    }

    /// <summary>The columns that the query yields as texts, under their own name or another.</summary>
    private bool[] FindTexts(string[] header, CancellationToken cancellationToken)
    {
        var names = texts.ToHashSet(StringComparer.OrdinalIgnoreCase);
        if (names.Count == 0)
            return new bool[header.Length];
        var found = names.ToHashSet(StringComparer.OrdinalIgnoreCase);
        using var session = new SqliteSession($"Data Source={database};Mode=ReadOnly;Pooling=False", SqliteFeed.MaxSpilled);
        using var watch = session.Watch(cancellationToken);
        found.UnionWith(session.Origins(query).Where(column => names.Contains(column.Name)).Select(column => column.Origin));
        return [.. header.Select(found.Contains)];
    }

    private SqliteCommand CreateInsert(SqliteConnection connection, string[] header)
    {
        var command = connection.CreateCommand();
        command.CommandText = $"INSERT INTO {SqlText.Name(Path.GetFileNameWithoutExtension(path))} VALUES "
            + $"({string.Join(", ", header.Select((_, i) => $"$p{i}"))})";
        for (var i = 0; i < header.Length; i++)
            command.Parameters.Add(new SqliteParameter { ParameterName = $"$p{i}" });
        return command;
    }

    private bool TryInsert(CsvReader csv, string[] header, SqliteCommand insert)
    {
        if (csv.FieldCount != header.Length)
        {
            var where = csv.FieldCount < header.Length
                ? $"column {csv.FieldCount + 1} ('{header[csv.FieldCount]}') is missing"
                : $"column {header.Length + 1} has no name in the header";
            throw new FormatException($"Line {csv.LineNumber}: {where}; the line has {csv.FieldCount} fields, the header {header.Length}.");
        }

        for (var i = 0; i < header.Length; i++)
        {
            var field = csv.GetSpan(i);
            if (!Utf8.IsValid(field))
                throw new FormatException(
                    $"Line {csv.LineNumber}, column {i + 1} ('{header[i]}'): the field has bytes that are not UTF-8; save the file as "
                        + "UTF-8.");
            var text = Encoding.UTF8.GetString(field);
            var value = CsvText.Parse(text);
            if (asText[i] && !isText[i] && value is not (null or string) && ValueText.Of(value) != text)
            {
                isText[i] = true;
                return false;
            }

            var parameter = insert.Parameters[i];
            parameter.ResetSqliteType();
            parameter.Value = value is null ? DBNull.Value : isText[i] ? text : value;
        }

        insert.ExecuteNonQuery();
        return true;
    }
}
