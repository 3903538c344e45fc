using System.Globalization;
using Microsoft.Data.Sqlite;
using Progeny.Cli.Tests.Support;

namespace Progeny.Cli.Tests.Training;

public sealed class DevelopmentCommandsTests
{
    [Fact]
    public async Task The_new_projects_tests_pass_and_one_that_is_wrong_fails()
    {
        using var folder = new TemporaryFolder();
        await CliRun.InitAsync(folder["demo"]);
        var run = (await CliRun.Of("project", "test", "--path", folder["demo"])).ShouldSucceed();
        run.Out.ShouldContain("3 passed, 0 failed (trained on 480 rows");
        run.Out.ShouldNotContain("\u001b");
        run.Error.ShouldNotContain("\u001b");
        run.Error.ShouldContain("round");

        await ChangeAsync(folder, "probability: {\"1\": {min: 0.6}}", "probability: {\"1\": {max: 0.1}}");
        run = await CliRun.Of("project", "test", "--path", folder["demo"]);
        run.ExitCode.ShouldBe(1);
        run.Out.ShouldContain("2 passed, 1 failed");
        run.Out.Split('\n')
            .ShouldContain(line => line.Contains("FAILED") && line.Contains("a long way by bike") && line.Contains("at most 0.1"));
    }

    [Fact]
    public async Task The_evaluation_measures_the_last_rows_in_time()
    {
        using var folder = new TemporaryFolder();
        await CliRun.InitAsync(folder["demo"]);
        var run = (await CliRun.Of("project", "eval", "--path", folder["demo"])).ShouldSucceed();
        run.Out.ShouldContain("trained on the first 480 rows, measured on the last 120 in time");
        Figure(run, "auc", 1).ShouldBeInRange(0.8, 1);
        var (rights, wrongs) = (Row(run, "truly 0"), Row(run, "truly 1"));
        (rights[2] + rights[3]).ShouldBe(rights[4]);
        (rights[4] + wrongs[4]).ShouldBe(120);
        Figure(run, "accuracy", 1).ShouldBe((rights[2] + wrongs[3]) / 120, 1e-4);
    }

    [Fact]
    public async Task Folds_are_shown_by_their_mean_and_their_range()
    {
        using var folder = new TemporaryFolder();
        await CliRun.InitAsync(folder["demo"]);
        await ChangeAsync(folder, "evaluation: {method: holdout, fraction: 0.2}", "evaluation: {method: kfold, folds: 3}");
        var run = (await CliRun.Of("project", "eval", "--path", folder["demo"])).ShouldSucceed();
        run.Out.ShouldContain("400 rows in 2 folds, in time order, each predicted from what came before it");
        var (mean, lowest, highest) = (Figure(run, "logLoss", 1), Figure(run, "logLoss", 2), Figure(run, "logLoss", 3));
        lowest.ShouldBeLessThan(mean);
        mean.ShouldBeLessThan(highest);
    }

    [Fact]
    public async Task A_model_that_is_kept_can_be_a_projects_finished_model()
    {
        using var folder = new TemporaryFolder();
        await CliRun.InitAsync(folder["demo"]);
        var train = (await CliRun.Of("project", "train", "--path", folder["demo"], "--output", folder["demo/model.onnx"])).ShouldSucceed();
        train.Out.ShouldContain("trained on 480 rows");
        train.Out.ShouldContain(folder["demo/model.onnx"]);

        await ChangeAsync(folder, "parameters: {max_depth: 3, eta: 0.2, rounds: 60}", "");
        await ChangeAsync(folder, "trainer: xgboost", "model: model.onnx");
        var test = (await CliRun.Of("project", "test", "--path", folder["demo"])).ShouldSucceed();
        test.Out.ShouldContain("3 passed, 0 failed (took model.onnx");
        var eval = (await CliRun.Of("project", "eval", "--path", folder["demo"])).ShouldSucceed();
        eval.Out.ShouldContain("model.onnx, measured on all 600 rows");
    }

    [Fact]
    public async Task A_model_that_does_not_fit_fails_the_contract()
    {
        using var folder = new TemporaryFolder();
        await CliRun.InitAsync(folder["demo"]);
        await File.WriteAllTextAsync(folder["demo/model.onnx"], "no model");
        await ChangeAsync(folder, "parameters: {max_depth: 3, eta: 0.2, rounds: 60}", "");
        await ChangeAsync(folder, "trainer: xgboost", "model: model.onnx");
        var run = await CliRun.Of("project", "test", "--path", folder["demo"]);
        run.ExitCode.ShouldBe(1);
        run.Out.ShouldContain("0 passed, 1 failed (the 2 tests of the manifest did not run");
        run.Out.ShouldContain("cannot be loaded");
    }

    [Fact]
    public async Task A_trainer_that_fails_is_shown_with_the_end_of_its_log()
    {
        using var folder = new TemporaryFolder();
        await CliRun.InitAsync(folder["demo"]);
        await ChangeAsync(folder, "trainer: xgboost", "command: [sh, -c, 'seq 1 30; echo oh [dear] >&2; exit 3']");
        var run = (await CliRun.Of("project", "train", "--path", folder["demo"])).ShouldFail(1, "The trainer failed", "oh [dear]");
        run.Error.ShouldContain("\n  30\n");
        run.Error.ShouldNotContain("\n  1\n");
        run.Out.ShouldBeEmpty();
    }

    [Fact]
    public async Task Rows_come_from_the_feed_that_the_command_line_names()
    {
        using var folder = new TemporaryFolder();
        await CliRun.InitAsync(folder["demo"]);
        await ToSqliteAsync(folder["demo/data/deliveries.csv"], folder["shop.db"]);
        await ChangeAsync(folder, "file: data/deliveries.csv", "feed: shop");

        string[] train = ["project", "train", "--path", folder["demo"], "--to", "2026-01-01T00:00:00Z"];
        (await CliRun.Of(train)).ShouldFail(2, "feed 'shop'", "--feed shop=FILE.db", "PROGENY_Feeds__shop__Kind");
        (await CliRun.Of([.. train, "--feed", $"shop={folder["none.db"]}"])).ShouldFail(2, "there is no file", "none.db");
        (await CliRun.Of([.. train, "--feed", "shop"])).ShouldFail(2, "not NAME=CONNECTION");

        var run = (await CliRun.Of(["project", "train", "--path", folder["demo"], "--feed", $"shop={folder["shop.db"]}"])).ShouldSucceed();
        run.Out.ShouldContain("trained on 480 rows");
        run.Out.ShouldContain("Nothing was kept");

        var settings = new Dictionary<string, string?> { ["Feeds:shop:Kind"] = "oracle", ["Feeds:shop:ConnectionString"] = "x" };
        (await CliRun.OfConfigured(settings, train)).ShouldFail(2, "Feeds:shop:Kind is 'oracle'");
    }

    private static async Task ChangeAsync(TemporaryFolder folder, string from, string to)
    {
        var file = folder["demo/progeny.yaml"];
        var text = await File.ReadAllTextAsync(file);
        text.ShouldContain(from);
        await File.WriteAllTextAsync(file, text.Replace(from, to));
    }

    private static async Task ToSqliteAsync(string csv, string database)
    {
        var lines = await File.ReadAllLinesAsync(csv);
        await using var connection = new SqliteConnection($"Data Source={database};Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = $"CREATE TABLE deliveries ({lines[0]})";
        await command.ExecuteNonQueryAsync();
        var rows = lines.Skip(1).Select(line => $"({string.Join(',', line.Split(',').Select(Literal))})");
        command.CommandText = $"INSERT INTO deliveries VALUES {string.Join(',', rows)}";
        await command.ExecuteNonQueryAsync();
    }

    private static string Literal(string cell) =>
        cell.Length == 0 ? "NULL" : double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out _) ? cell : $"'{cell}'";

    /// <summary>The numbers of a row of a table, by column; NaN for text.</summary>
    private static double[] Row(CliRun run, string start)
    {
        var line = run.Out.Split('\n').First(line => line.StartsWith(start, StringComparison.Ordinal));
        return [.. line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(cell =>
            double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : double.NaN)];
    }

    private static double Figure(CliRun run, string metric, int column) => Row(run, metric + " ")[column];
}
