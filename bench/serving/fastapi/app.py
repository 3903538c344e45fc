"""The peer in Python: FastAPI, a typed body, XGBoost. Usage: MODELS=models.json uvicorn app:app"""
import json
import os
import uuid
from typing import List

import numpy
import xgboost
from fastapi import FastAPI
from pydantic import BaseModel, create_model

app = FastAPI()


class Prediction(BaseModel):
    query_id: str
    label: str
    probabilities: dict


class Answer(BaseModel):
    project: str
    version: str
    predictions: List[Prediction]


def serve(settings):
    names = [feature["name"] for feature in settings["features"]]
    row_type = create_model("Row", **{name: (float, ...) for name in names})
    request_type = create_model("Request", rows=(List[row_type], ...))
    model = xgboost.XGBClassifier(n_jobs=1)
    model.load_model(settings["xgboost"])

    @app.post(f"/{settings['name']}", response_model=Answer)
    async def predict(request: request_type):
        matrix = numpy.array([[getattr(row, name) for name in names] for row in request.rows], dtype=numpy.float32)
        classes = settings["classes"]
        predictions = [
            Prediction(
                query_id=str(uuid.uuid4()),
                label=classes[int(scores[1] >= settings["threshold"])],
                probabilities={name: float(score) for name, score in zip(classes, scores)})
            for scores in model.predict_proba(matrix)]
        return Answer(project=settings["project"], version=settings["version"], predictions=predictions)


with open(os.environ["MODELS"]) as models:
    for each in json.load(models):
        if each["xgboost"]:
            serve(each)
