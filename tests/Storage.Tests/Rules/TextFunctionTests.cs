using Microsoft.Data.Sqlite;
using Progeny.Core.Expressions;
using Progeny.Storage.Expressions;

namespace Progeny.Storage.Tests.Rules;

/// <summary>Functions that stand in the place of SQLite's own: the results are the same.</summary>
public sealed class TextFunctionTests
{
    private static readonly string[] Calls =
    [
        "a LIKE b", "b LIKE a", "a LIKE b ESCAPE c", "a GLOB b", "b GLOB a", "instr(a, b)", "instr(b, a)", "replace(a, b, c)", "replace(a, c, b)",
        "trim(a, b)", "ltrim(a, b)", "rtrim(a, c)", "like(a, b)", "glob(a, b)", "instr(CAST(a AS BLOB), CAST(b AS BLOB))", "CAST(a AS BLOB) LIKE b",
        "instr(CAST(a AS BLOB), b)", "replace(a, CAST(b AS BLOB), c)", "hex(replace(CAST(a AS BLOB), b, c))",
    ];

    // What means something in patterns, both cases, characters of one to four bytes, and zero, where SQLite ends some texts and not others.
    private static readonly string[] Alphabet = [
        "a",
        "A",
        "b",
        "B",
        "%",
        "_",
        "*",
        "?",
        "[",
        "]",
        "^",
        "-",
        "!",
        "ü",
        "Ü",
        "€",
        "😀",
        "\0",
        "1",
    ];

    [Fact]
    public void Results_are_those_of_sqlite()
    {
        using var set = new SqliteExpressionEngine().Compile(
            [.. Calls.Select(call => new Expression(call, [new ExpressionTable("t", ["a", "b", "c"])]))]);
        using var connection = new SqliteConnection("Data Source=:memory:");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT {string.Join(", ", Calls.Select(call => call.Contains("ESCAPE") ? "NULL" : call))} FROM (SELECT $a "
            + "AS a, $b AS b, $c AS c)";
        using var escaped = connection.CreateCommand();
        escaped.CommandText = "SELECT a LIKE b ESCAPE c FROM (SELECT $a AS a, $b AS b, $c AS c)";
        var random = new Random(17);
        for (var round = 0; round < 4_000; round++)
        {
            object?[] values = [Value(random, 12), Value(random, 6), Value(random, 2)];
            var row = new Row(values);
            using var session = set.Rent();
            var expected = Run(command, values);
            var ofEscape = Run(escaped, values)[0];
            for (var i = 0; i < Calls.Length; i++)
            {
                object? found;
                try
                {
                    found = session.Evaluate(i, row).ToObject();
                }
                catch (ExpressionException exception)
                {
                    found = exception.Message;
                }

                found.ShouldBe(
                    Calls[i].Contains("ESCAPE") ? ofEscape : expected[i],
                    $"{Calls[i]} of {string.Join(", ", values.Select(value => value ?? "NULL"))}");
            }
        }
    }

    private static object? Value(Random random, int most) => random.Next(20) switch
    {
        0 => null,
        1 => (long)random.Next(20),
        2 => random.Next(20) / 4.0,
        _ => string.Concat(Enumerable.Range(0, random.Next(most + 1)).Select(_ => Alphabet[random.Next(Alphabet.Length)])),
    };

    private static object?[] Run(SqliteCommand command, object?[] values)
    {
        command.Parameters.Clear();
        command.Parameters.AddWithValue("$a", values[0] ?? DBNull.Value);
        command.Parameters.AddWithValue("$b", values[1] ?? DBNull.Value);
        command.Parameters.AddWithValue("$c", values[2] ?? DBNull.Value);
        try
        {
            using var reader = command.ExecuteReader();
            reader.Read();
            return [.. Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? null : reader.GetValue(i))];
        }
        catch (SqliteException exception)
        {
            return [exception.Message[(exception.Message.IndexOf('\'') + 1)..exception.Message.LastIndexOf('\'')]];
        }
    }

    private sealed class Row(object?[] values) : IExpressionRow
    {
        public SqlValue Get(int column) => SqlValue.From(values[column]);
    }
}
