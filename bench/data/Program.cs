using Progeny.Data.Bench;

// What work on data costs beside the libraries that do it (see bench/README.md): dotnet run -c Release --project bench/data --
// [--only parity,speed,memory,ingest,profile,append,export] [--rows N] [--columns N] [--rounds N].
// One line a figure: result <name> <value>.
var settings = BenchSettings.Parse(args);
await using var node = await DataNode.StartAsync();
foreach (var (name, run) in new (string, Func<DataNode, BenchSettings, Task>)[]
{
    ("speed", ApplySpeed.RunAsync),
    ("parity", ApplyParity.RunAsync),
    ("memory", ApplyMemory.RunAsync),
    ("ingest", IngestSpeed.RunAsync),
    ("profile", ProfileSpeed.RunAsync),
    ("append", AppendSpeed.RunAsync),
    ("export", ExportSpeed.RunAsync),
})
{
    if (settings.Has(name))
        await run(node, settings);
}
