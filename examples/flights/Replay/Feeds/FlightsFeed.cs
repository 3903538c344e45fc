using System.Globalization;
using System.Text.Json;
using CsvHelper;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Progeny.Replay.Feeds;

/// <summary>The SQLite file behind the feed <c>flights</c>: the tables flights and airports.</summary>
internal static class FlightsFeed
{
    /// <summary>A flight counts as late from this delay on, exclusive.</summary>
    private const int LateMinutes = 15;

    private const string Tables = """
        CREATE TABLE flights(
            id INTEGER PRIMARY KEY, scheduled TEXT NOT NULL, hour INTEGER NOT NULL, weekday INTEGER NOT NULL, distance REAL NOT NULL,
            origin TEXT NOT NULL, destination TEXT NOT NULL, delay REAL NOT NULL, late INTEGER NOT NULL);
        CREATE INDEX flights_scheduled ON flights(scheduled);
        CREATE TABLE airports(iata TEXT PRIMARY KEY, state TEXT, latitude REAL NOT NULL, longitude REAL NOT NULL);
        """;

    /// <summary>Makes the file under another name first, so that it is there as a whole or not at all.</summary>
    public static async Task BuildAsync(string flightsJson, string airportsCsv, string database, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(database)!);
        var unfinished = $"{database}.{Environment.ProcessId}.tmp";
        try
        {
            await using (var connection = new SqliteConnection($"Data Source={unfinished};Pooling=False"))
            {
                await connection.OpenAsync(cancellationToken);
                await connection.ExecuteAsync(Tables);
                await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
                await connection.ExecuteAsync(
                    "INSERT INTO flights VALUES (:Id, :Scheduled, :Hour, :Weekday, :Distance, :Origin, :Destination, :Delay, :Late)",
                    await ReadFlightsAsync(flightsJson, cancellationToken), transaction);
                await connection.ExecuteAsync(
                    "INSERT INTO airports VALUES (:Iata, :State, :Latitude, :Longitude)", ReadAirports(airportsCsv), transaction);
                await transaction.CommitAsync(cancellationToken);
            }

            File.Move(unfinished, database, overwrite: true);
        }
        finally
        {
            File.Delete(unfinished);
        }
    }

    /// <summary>The flights from a moment on, in the order of departure.</summary>
    public static async Task<IReadOnlyList<Flight>> ReadFromAsync(string database, DateTime from)
    {
        await using var connection = OpenReadOnly(database);
        return [.. await connection.QueryAsync<Flight>(
            "SELECT * FROM flights WHERE scheduled >= :from ORDER BY id", new { from = Text(from) })];
    }

    /// <summary>The share of late flights before a moment: what one would say of every flight without a model.</summary>
    public static async Task<double> LateShareBeforeAsync(string database, DateTime moment)
    {
        await using var connection = OpenReadOnly(database);
        return await connection.ExecuteScalarAsync<double>("SELECT avg(late) FROM flights WHERE scheduled < :moment", new { moment = Text(moment) });
    }

    /// <summary>A moment as the ordinal <c>scheduled</c> has it.</summary>
    public static string Text(DateTime moment) => moment.ToString("s", CultureInfo.InvariantCulture);

    private static SqliteConnection OpenReadOnly(string database) => new($"Data Source={database};Mode=ReadOnly;Pooling=False");

    private static async Task<IReadOnlyList<object>> ReadFlightsAsync(string path, CancellationToken cancellationToken)
    {
        await using var file = File.OpenRead(path);
        var rows = await JsonSerializer.DeserializeAsync<List<PublishedFlight>>(file, JsonSerializerOptions.Web, cancellationToken);
        return [.. rows!
            .Select(row => (Row: row, Scheduled: DateTime.ParseExact(row.Date, "yyyy/MM/dd HH:mm", CultureInfo.InvariantCulture)))
            .OrderBy(flight => flight.Scheduled)
            .Select((flight, index) => new
            {
                Id = index + 1,
                Scheduled = Text(flight.Scheduled),
                flight.Scheduled.Hour,
                Weekday = flight.Scheduled.DayOfWeek is DayOfWeek.Sunday ? 7 : (int)flight.Scheduled.DayOfWeek,
                flight.Row.Distance,
                flight.Row.Origin,
                flight.Row.Destination,
                flight.Row.Delay,
                Late = flight.Row.Delay > LateMinutes ? 1 : 0,
            })];
    }

    private static List<object> ReadAirports(string path)
    {
        using var csv = CsvReader.FromFile(path, CsvReaderOptions.Default with { Separator = ',' });
        var airports = new List<object>();
        int[] columns = [.. new[] { "iata", "state", "latitude", "longitude" }.Select(name => csv.GetFieldIndex(name))];
        while (csv.Read())
        {
            airports.Add(new
            {
                Iata = csv.GetString(columns[0]),
                State = csv.GetString(columns[1]),
                Latitude = double.Parse(csv.GetString(columns[2]), CultureInfo.InvariantCulture),
                Longitude = double.Parse(csv.GetString(columns[3]), CultureInfo.InvariantCulture),
            });
        }

        return airports;
    }

    private sealed record PublishedFlight(string Date, double Delay, double Distance, string Origin, string Destination);
}
