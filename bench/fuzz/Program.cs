using System.Globalization;
using Progeny.Fuzz;

// The readers are instrumented, and count from their first call on.
using var coverage = new Coverage();
if (args is ["export"])
{
    Console.Write(AuditTarget.Export); // bench/fuzz/corpus/audit/sealed
    return 0;
}

if (args is not [var name, var seconds, var corpus, var findings]
    || FuzzTargets.All.FirstOrDefault(target => target.Name == name) is not { } chosen)
{
    Console.Error.WriteLine(
        $"Progeny.Fuzz TARGET SECONDS CORPUS FINDINGS; the targets are {string.Join(' ', FuzzTargets.All.Select(target => target.Name))}");
    return 2;
}

var fuzzer = new Fuzzer(coverage, chosen, Path.Combine(corpus, name), Path.Combine(findings, name), Environment.ProcessId);
return await fuzzer.RunAsync(TimeSpan.FromSeconds(double.Parse(seconds, CultureInfo.InvariantCulture))) == 0 ? 0 : 1;
