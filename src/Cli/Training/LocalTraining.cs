using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Progeny.Cli.Common;
using Progeny.Cli.Releases;
using Progeny.Core.Common;
using Progeny.Core.Feeds;
using Progeny.Core.Manifests;
using Progeny.Core.Releases.Packages;
using Progeny.Core.Training;
using Progeny.Storage;
using Progeny.Storage.Feeds;

namespace Progeny.Cli.Training;

/// <summary>
/// A project as a server would get it, packed and unpacked again, in a temporary folder in which it can be trained. The folder is gone
/// when it is disposed.
/// </summary>
internal sealed class LocalTraining : IAsyncDisposable
{
    private readonly CliContext context;
    private readonly TemporaryFolder folder;
    private readonly ServiceProvider services;

    private LocalTraining(CliContext context, Manifest manifest, TemporaryFolder folder, ServiceProvider services)
    {
        this.context = context;
        this.folder = folder;
        this.services = services;
        Manifest = manifest;
    }

    public Manifest Manifest { get; }

    /// <exception cref="CliException">The folder is no project, or the feed of its source is not configured.</exception>
    /// <exception cref="InvalidManifestException">The manifest is not valid.</exception>
    /// <exception cref="PackageException">The project cannot be packed.</exception>
    public static async Task<LocalTraining> OpenAsync(
        CliContext context, string path, IConfiguration configuration, CancellationToken cancellationToken)
    {
        var manifest = await ProjectFolder.ReadManifestAsync(path, cancellationToken);
        var provider = new ServiceCollection().AddVolatileStorage(configuration).BuildServiceProvider();
        var temporary = new TemporaryFolder();
        try
        {
            if (manifest.Source?.Feed is { } feed && !provider.GetRequiredService<IOptions<FeedsOptions>>().Value.Feeds.ContainsKey(feed))
            {
                throw new CliException(
                    $"The rows come from the feed '{feed}', which is not configured. Write --feed {feed}=FILE.db (SQLite) or "
                    + $"--feed '{feed}=Host=…;Database=…' (PostgreSQL), or set PROGENY_Feeds__{feed}__Kind and "
                    + $"PROGENY_Feeds__{feed}__ConnectionString.",
                    ExitCodes.Usage);
            }

            await using var zip = File.Create(temporary.At("package.zip"));
            await PackageWriter.WriteAsync(path, zip, cancellationToken);
            zip.Position = 0;
            using var package = await PackageReader.ReadAsync(zip, PackageLimits.Default, cancellationToken);
            await package.ExtractToAsync(temporary.At("project"), cancellationToken);
            return new LocalTraining(context, manifest, temporary, provider);
        }
        catch
        {
            temporary.Dispose();
            await provider.DisposeAsync();
            throw;
        }
    }

    /// <summary>Trains, and shows how far it is.</summary>
    /// <param name="manifest">The project's own, or one that differs in its evaluation.</param>
    /// <exception cref="TrainingFailedException">There is no model.</exception>
    public Task<TrainingResult> TrainAsync(
        Manifest manifest, TrainingPurpose purpose, string? from, string? to, CancellationToken cancellationToken)
    {
        var request = new TrainingRequest
        {
            Manifest = manifest,
            ProjectFolder = folder.At("project"),
            WorkFolder = folder.At("work"),
            From = from is null ? null : Ordinal.Parse(from),
            To = to is null ? null : Ordinal.Parse(to),
            Purpose = purpose,
        };
        var training = new TrainingRun(services.GetRequiredService<IFeedCatalog>(), new TrainerOptions(), context.Time);
        return ProgressDisplay.RunAsync(context, progress => training.RunAsync(request, new Steps(progress), cancellationToken));
    }

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        folder.Dispose();
    }

    private sealed class Steps(IProgress<Step> progress) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => progress.Report(new Step(value.Fraction, value.Message));
    }
}
