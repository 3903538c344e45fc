using System.Text.RegularExpressions;
using Mono.Cecil;

namespace Progeny.Architecture.Tests.Deployment;

/// <summary>The names of the metrics at a node's <c>/metrics</c>, found in the compiled programs.</summary>
internal static partial class ExportedMetrics
{
    private const string Exporter = "Progeny.Silo.Telemetry.PrometheusMetrics";
    private const string Counter = "CreateObservableCounter";
    private const string Gauge = "CreateObservableGauge";

    /// <summary>The names of all samples.</summary>
    public static IReadOnlySet<string> Names()
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var project in Repository.Projects().Keys)
        {
            using var module = ModuleDefinition.ReadModule(Repository.PathOf(Repository.AssemblyOf(project)));
            foreach (var type in module.GetTypes())
                names.UnionWith(type.Methods.Where(method => method.HasBody).SelectMany(method => NamesIn(type, method)));
        }

        return names;
    }

    private static IEnumerable<string> NamesIn(TypeDefinition type, MethodDefinition method)
    {
        var isExporter = type.FullName == Exporter || type.DeclaringType?.FullName == Exporter;
        string? text = null;
        foreach (var instruction in method.Body.Instructions)
        {
            // The exporter's own: those of the process by their names, and the histogram with the suffixes of its samples.
            if (isExporter && instruction.Operand is string sample && Sample().IsMatch(sample))
            {
                yield return sample;
            }
            else if (instruction.Operand is string name && Instrument().IsMatch(name))
                text = name;
            else if (text is not null && instruction.Operand is MethodReference { Name: Counter or Gauge } created)
            {
                // An instrument's name is written as PrometheusMetrics writes it.
                yield return text.Replace('.', '_') + (created.Name == Counter ? "_total" : "");
                text = null;
            }
        }
    }

    [GeneratedRegex("^[a-z]+(_[a-z]+)+$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Sample();

    [GeneratedRegex(@"^progeny(\.[a-z]+)+$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Instrument();
}
