using Xunit.Sdk;

namespace Progeny.Storage.Tests.Stores;

/// <summary>A test of what every database keeps; of PostgreSQL's it is skipped where that is not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
[XunitTestCaseDiscoverer("Progeny.Storage.Tests.Stores.StoreFactDiscoverer", "Progeny.Storage.Tests")]
public sealed class StoreFactAttribute : FactAttribute;
