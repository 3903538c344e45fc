using System.Reflection;
using System.Runtime.Loader;

namespace Progeny.Architecture.Tests;

/// <summary>Dependencies point one way: hosts, then grains, then the thinking, then messages.</summary>
public sealed class DependencyTests
{
    /// <summary>Connections of any protocol, Orleans' own among them.</summary>
    private const string Connections = "Microsoft.AspNetCore.Connections.Abstractions";

    /// <summary>What each project may refer to. The trainer is a program that hosts carry along and never call.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Grains.Abstractions"] = [],
        ["Contracts"] = ["Grains.Abstractions"],
        ["Core"] = ["Grains.Abstractions"],
        ["Grains"] = ["Core", "Grains.Abstractions"],
        ["Storage"] = ["Core", "Grains.Abstractions"],
        ["Trainer"] = ["Core"],
        ["ModelCheck"] = ["Core", "Storage"],
        ["Cli"] = ["Contracts", "Core", "Grains.Abstractions", "Storage", "Trainer", "ModelCheck"],
        ["Silo"] = ["Core", "Grains", "Grains.Abstractions", "Storage", "Trainer", "ModelCheck"],
        ["Gateway"] = ["Contracts", "Core", "Grains", "Grains.Abstractions", "Storage", "Trainer", "ModelCheck", "Console", "Silo"],
        ["Console"] = ["Core", "Grains.Abstractions"],
    };

    /// <summary>Assemblies of programs that know HTTP.</summary>
    private static readonly string[] KnowHttp = ["Progeny.Gateway", "Progeny.Console", "Progeny.Silo"];

    private static readonly string[] Drivers = ["Microsoft.Data.Sqlite", "SQLitePCLRaw", "Npgsql", "System.Data.SQLite", "Dapper"];

    public static TheoryData<string> Assemblies() => [.. AssemblyNames()];

    [Fact]
    public void Projects_refer_only_to_those_below_them()
    {
        foreach (var (project, references) in Repository.Projects())
        {
            Allowed.ShouldContainKey(project, "a new project needs its place among the dependencies");
            references.Except(Allowed[project]).ShouldBeEmpty($"{project} must not refer to these");
        }
    }

    [Fact]
    public void All_assemblies_are_looked_at() => AssemblyNames().Length.ShouldBe(Repository.Projects().Count);

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void Nothing_outside_the_hosts_knows_http(string assembly)
    {
        if (!KnowHttp.Contains(assembly))
            Uses(assembly).Where(name => name.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal) && name != Connections)
                .ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void Nothing_outside_storage_knows_a_database_driver(string assembly)
    {
        if (assembly != "Progeny.Storage")
            Uses(assembly).Where(name => Drivers.Any(driver => name.StartsWith(driver, StringComparison.Ordinal))).ShouldBeEmpty();
    }

    [Fact]
    public void Core_holds_no_grain()
    {
        var core = Load("Progeny.Core");
        core.GetTypes().Where(type => typeof(IGrain).IsAssignableFrom(type) || typeof(IGrainBase).IsAssignableFrom(type)).ShouldBeEmpty();
    }

    /// <summary>The assemblies of the projects below src.</summary>
    private static string[] AssemblyNames() =>
    [
        .. Repository.Projects().Keys
            .Select(Repository.AssemblyOf)
            .Where(assembly => File.Exists(Repository.PathOf(assembly))),
    ];

    private static IEnumerable<string> Uses(string assembly) =>
        Load(assembly).GetReferencedAssemblies().Select(reference => reference.Name!);

    private static Assembly Load(string assembly) => AssemblyLoadContext.Default.LoadFromAssemblyPath(Repository.PathOf(assembly));
}
