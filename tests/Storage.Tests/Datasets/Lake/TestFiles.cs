using Microsoft.Extensions.Options;
using Progeny.Storage.Datasets;
using Progeny.Storage.Datasets.Lake;

namespace Progeny.Storage.Tests.Datasets.Lake;

/// <summary>Feeds over files, read below a folder of a test.</summary>
internal static class TestFiles
{
    public static TableFiles In(string folder)
    {
        var options = new DatasetsOptions { Memory = 256 << 20 };
        return new TableFiles(new DuckDbEngine(options, folder), Options.Create(options));
    }
}
