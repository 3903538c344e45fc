using System.CommandLine;
using System.Globalization;
using Progeny.Cli.Common;
using Progeny.Contracts.QueryLog;
using Spectre.Console;

namespace Progeny.Cli.QueryLog;

/// <summary><c>progeny queries export</c></summary>
internal static class QueriesExportCommand
{
    public static Command Create(CliContext context)
    {
        var project = Arguments.Project();
        var from = new Option<string?>("--from") { Description = "The first day, such as 2026-11-01 (UTC).", HelpName = "DAY" };
        var to = new Option<string?>("--to") { Description = "The day before which to stop.", HelpName = "DAY" };
        var output = new Option<DirectoryInfo>("--output", "-o")
        {
            Description = "The folder to write to: a file day=2026-11-01/part-0.parquet a day.", HelpName = "DIR", Required = true,
        };
        var again = new Option<bool>("--again")
        {
            Description = "Write days that are there once more, for outcomes that have come since.",
        };
        var command = new Command(
            "export", "Write logged queries with their outcomes as Parquet, a folder a day. Begun again, it goes on where it stopped.")
        {
            project, from, to, output, again,
        };
        var server = ServerOptions.AddTo(command, context, withJson: false);
        command.SetAction(async (result, cancellationToken) =>
        {
            using var client = server.Connect(result);
            var name = result.GetRequiredValue(project);
            FormattableString path = (result.GetValue(from), result.GetValue(to)) switch
            {
                ({ } first, { } end) => $"api/projects/{name}/query-log/days?from={first}&to={end}",
                ({ } first, null) => $"api/projects/{name}/query-log/days?from={first}",
                (null, { } end) => $"api/projects/{name}/query-log/days?to={end}",
                _ => $"api/projects/{name}/query-log/days",
            };
            var days = (await client.GetAsync<IReadOnlyList<QueryLogDay>>(path, cancellationToken)).Value;
            if (days.Count == 0)
            {
                context.Out.WriteLine($"'{name}' has no logged queries of these days.");
                return ExitCodes.Success;
            }

            var target = result.GetRequiredValue(output).FullName;
            foreach (var day in days)
                await WriteAsync(context, client, name, day, target, result.GetValue(again), cancellationToken);
            return ExitCodes.Success;
        });
        return command;
    }

    private static async Task WriteAsync(
        CliContext context,
        ServerClient client,
        string project,
        QueryLogDay day,
        string target,
        bool again,
        CancellationToken cancellationToken)
    {
        var folder = Path.Combine(target, $"day={day.Day}");
        var file = Path.Combine(folder, "part-0.parquet");
        // A day that goes on has more by now.
        if (File.Exists(file) && day.IsOver && !again && File.GetLastWriteTimeUtc(file) >= EndOf(day))
        {
            context.Out.WriteLine($"{day.Day}  is there already");
            return;
        }

        Directory.CreateDirectory(folder);
        var partial = $"{file}.partial";
        try
        {
            await using (var written = File.Create(partial))
                await client.DownloadAsync($"api/projects/{project}/query-log/days/{day.Day}", written, cancellationToken);
            File.Move(partial, file, overwrite: true);
        }
        finally
        {
            File.Delete(partial);
        }

        context.Out.WriteLine($"{day.Day}  {Tables.Count(new FileInfo(file).Length)} bytes{(day.IsOver ? "" : ", so far")}");
    }

    private static DateTime EndOf(QueryLogDay day) =>
        DateOnly.ParseExact(day.Day, "yyyy-MM-dd", CultureInfo.InvariantCulture)
            .AddDays(1).ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc);
}
