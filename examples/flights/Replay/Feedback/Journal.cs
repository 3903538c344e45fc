using Dapper;
using Microsoft.Data.Sqlite;
using Progeny.Replay.Serving;

namespace Progeny.Replay.Feedback;

/// <summary>What was answered and reported, kept in the data folder: the next start goes on from here. Not for concurrent use.</summary>
internal sealed class Journal : IDisposable
{
    private readonly SqliteConnection _connection;

    public Journal(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        _connection = new SqliteConnection($"Data Source={path};Pooling=False");
        _connection.Open();
        _connection.Execute("""
            PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;
            CREATE TABLE IF NOT EXISTS answers(flight INTEGER PRIMARY KEY, version TEXT NOT NULL, late REAL NOT NULL, reported INTEGER NOT NULL);
            """);
    }

    public IReadOnlyList<FlightAnswer> Read() => [.. _connection.Query<FlightAnswer>("SELECT * FROM answers ORDER BY flight")];

    public void Add(IReadOnlyCollection<FlightAnswer> answers) =>
        Write("INSERT OR REPLACE INTO answers VALUES (:Flight, :Version, :Late, :Reported)", answers);

    public void MarkReported(IReadOnlyCollection<FlightAnswer> answers) => Write("UPDATE answers SET reported = 1 WHERE flight = :Flight", answers);

    public void Dispose() => _connection.Dispose();

    private void Write(string sql, IReadOnlyCollection<FlightAnswer> answers)
    {
        if (answers.Count == 0)
            return;
        using var transaction = _connection.BeginTransaction();
        _connection.Execute(sql, answers, transaction);
        transaction.Commit();
    }
}
