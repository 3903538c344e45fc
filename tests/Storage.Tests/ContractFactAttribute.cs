using Xunit.Sdk;

namespace Progeny.Storage.Tests;

/// <summary>
/// A test of what a store promises on every database; it is skipped in classes marked with <see cref="NeedsPostgresAttribute"/> where that
/// is not installed.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
[XunitTestCaseDiscoverer("Progeny.Storage.Tests.ContractFactDiscoverer", "Progeny.Storage.Tests")]
public sealed class ContractFactAttribute : FactAttribute;
