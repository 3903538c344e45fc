using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Progeny.Core.Common;
using Progeny.Core.Releases;

namespace Progeny.Storage.Tests.Releases;

public sealed class ArtifactsOptionsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("Artifacts:Store is 'nfs'; it must be database, folder or s3", "Store=nfs")]
    [InlineData("Artifacts:Folder is missing", "Store=folder")]
    [InlineData("Artifacts:Folder is 'shared/artifacts'; it must be an absolute path", "Store=folder", "Folder=shared/artifacts")]
    [InlineData("Artifacts:Folder is '/no/such/folder', which is no folder here", "Store=folder", "Folder=/no/such/folder")]
    [InlineData("Artifacts:Bucket is missing", "Store=s3", "Region=eu-central-1")]
    [InlineData("Artifacts:Bucket is 'My_Bucket'; it must be the name of a bucket", "Store=s3", "Region=eu-central-1", "Bucket=My_Bucket")]
    [InlineData("Artifacts:Region is missing", "Store=s3", "Bucket=progeny")]
    [InlineData(
        "Artifacts:Endpoint is 's3.example.com'; it must be the address of an S3 service",
        "Store=s3",
        "Bucket=progeny",
        "Endpoint=s3.example.com")]
    [InlineData(
        "Artifacts:Prefix is '/team'; it must begin and end without a slash",
        "Store=s3",
        "Bucket=progeny",
        "Region=eu-central-1",
        "Prefix=/team")]
    [InlineData(
        "Artifacts:SecretKey is missing, and Artifacts:AccessKey is set",
        "Store=s3",
        "Bucket=progeny",
        "Region=eu-central-1",
        "AccessKey=key")]
    [InlineData(
        "Artifacts:AccessKey is missing, and Artifacts:SecretKey is set",
        "Store=s3",
        "Bucket=progeny",
        "Region=eu-central-1",
        "SecretKey=hidden")]
    [InlineData("Artifacts:CacheBytes is 10; it must be 1048576 (1 MiB) or more", "CacheBytes=10")]
    public async Task Node_when_a_setting_is_wrong_stops_and_names_the_key(string reason, params string[] settings)
    {
        var artifacts = settings.Select(setting => setting.Split('=')).Select(setting => ($"Artifacts:{setting[0]}", setting[1]));
        using var host = Build([("Cluster:ConnectionString", "Host=127.0.0.1;Port=1"), .. artifacts]);

        var message = (await Should.ThrowAsync<OptionsValidationException>(() => host.StartAsync())).Message;

        message.ShouldContain(reason);
        message.ShouldNotContain("hidden");
    }

    [Fact]
    public async Task Node_that_stands_alone_needs_no_settings_and_keeps_files_in_its_data_folder()
    {
        using var host = Build([("Artifacts:Store", "nonsense")]);
        await host.StartAsync();

        var digest = await ((IArtifactStore)host.Services.GetService(typeof(IArtifactStore))!).PutAsync(new MemoryStream([1]), 10, default);

        File.Exists(folder[$"data/artifacts/{digest[..2]}/{digest[2..]}"]).ShouldBeTrue();
        await host.StopAsync();
    }

    private IHost Build((string Key, string Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration["Data"] = folder["data"];
        foreach (var (key, value) in settings)
            builder.Configuration[key] = value;
        builder.Services.AddProgenyStorage(builder.Configuration, builder.Configuration.GetSection("Cluster").Get<ClusterOptions>());
        return builder.Build();
    }
}
