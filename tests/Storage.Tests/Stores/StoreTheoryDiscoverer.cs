using Xunit.Abstractions;
using Xunit.Sdk;

namespace Progeny.Storage.Tests.Stores;

/// <summary>Finds the tests of <see cref="StoreTheoryAttribute"/>.</summary>
public sealed class StoreTheoryDiscoverer(IMessageSink messages) : TheoryDiscoverer(messages)
{
    public override IEnumerable<IXunitTestCase> Discover(ITestFrameworkDiscoveryOptions discoveryOptions, ITestMethod testMethod, IAttributeInfo theoryAttribute) =>
        MissingServer.IsMissing(testMethod)
            ? CreateTestCasesForSkip(discoveryOptions, testMethod, theoryAttribute, MissingServer.Reason)
            : base.Discover(discoveryOptions, testMethod, theoryAttribute);
}
