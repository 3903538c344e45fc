using Microsoft.Extensions.Hosting;
using Progeny.Grains.Common;
using Progeny.Grains.Hosting;
using Progeny.Storage;
using Progeny.Storage.Common;

// A node without HTTP: it trains and serves grains, with the settings of every node (docs/operations.md).
return await NodeProgram.RunAsync(() =>
{
    var builder = Host.CreateApplicationBuilder(NodeSettings.HostArguments(args));
    builder.Configuration.AddNodeSettings(args);
    var cluster = builder.Configuration.ReadCluster();
    var storage = StorageOptions.From(builder.Configuration);
    builder.Services.AddProgenyStorage(builder.Configuration, cluster);
    builder.AddProgenySilo(cluster, storage.GrainsConnectionString(cluster), storage.JobsPath);
    return builder.Build();
});
