using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Progeny.Core.Datasets.Catalog;
using Progeny.Core.Releases;
using Progeny.Gateway.Common;
using Progeny.Gateway.Security;
using Progeny.Storage.Datasets;

namespace Progeny.Gateway.Datasets;

/// <summary>Takes in the body of a request as a version of a dataset.</summary>
internal static class DatasetUpload
{
    public static async Task<Results<Created<DatasetVersion>, Ok<DatasetVersion>, ProblemHttpResult>> PutAsync(
        string dataset,
        [AsParameters] PutParameters parameters,
        CurrentCaller caller,
        IDatasetCatalog catalog,
        IDatasetIngestion ingestion,
        IDataArtifactStore artifacts,
        IDatasetTail tail,
        IOptions<DatasetsOptions> options,
        CancellationToken cancellationToken)
    {
        var read = parameters.ToOptions();
        var isAppended = parameters.Append == true;
        var ticket = await artifacts.StageAsync(caller.Context.Request.Body, options.Value.MaxFileBytes, cancellationToken);
        try
        {
            var digest = ticket.Split('.')[^1];
            if (parameters.Digest is { } said && !said.Equals(digest, StringComparison.OrdinalIgnoreCase))
            {
                return Problems.Invalid(
                    $"The SHA-256 of what arrived is {digest}, and 'digest' says {Problems.Quoted(said)}; nothing was kept. Send it "
                        + "again.");
            }

            // A file that is the newest version no longer is once rows were appended.
            await tail.FlushAsync(dataset, cancellationToken);
            var latest = (await catalog.FindAsync(dataset, cancellationToken))?.Latest ?? 0;
            if (!isAppended && parameters.Once is null
                && await catalog.FindVersionAsync(dataset, latest, cancellationToken) is { State: not DatasetState.Removed } newest
                && newest.Digest == digest && !newest.IsAppended && Text(newest.Read) == Text(read))
                return TypedResults.Ok(newest);
            var version = await ingestion.IngestAsync(
                new IngestRequest
                {
                    Dataset = dataset,
                    Ticket = ticket,
                    FileName = parameters.FileName,
                    Origin = isAppended ? "append" : "put",
                    Source = parameters.FileName,
                    By = caller.Caller.Name,
                    IsAppended = isAppended,
                    // What is put twice at once is one version; what is appended is appended once, whenever it is repeated.
                    Once = parameters.Once is { } once ? $"once:{once}"
                        : isAppended ? $"append:{digest}:{Text(read)}"
                        : $"put:{latest}:{digest}:{Text(read)}",
                    Read = read,
                    Description = parameters.Description,
                },
                cancellationToken);
            caller.SetAudit(
                null, new { version.Version, version.Digest, version.Format, version.Rows, version.State },
                    $"dataset {dataset} {version.Version}");
            return version.Version > latest
                ? TypedResults.Created($"/api/datasets/{dataset}/versions/{version.Version}", version)
                : TypedResults.Ok(version);
        }
        finally
        {
            await artifacts.DropAsync(ticket, CancellationToken.None);
        }
    }

    private static string Text(ReadOptions? read) => read is null ? "" : JsonSerializer.Serialize(read);
}
